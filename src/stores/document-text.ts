import { checkDocument, parseDocument } from '../config/document.ts';
import type { RoutesDocument } from '../config/document.ts';
import { documentText } from '../config/fault.ts';
import { StoreError } from './error.ts';

/** What a home with nothing in it yet holds. */
export const emptyDocument: RoutesDocument = { routes: [] };

/** How a document is laid out, so that a write changes as few lines as it can. */
export interface Layout {
  /** One level of indentation: spaces or a tab. */
  readonly indent: string;
  readonly newline: '\n' | '\r\n';
  readonly finalNewline: boolean;
}

const defaultLayout: Layout = { indent: '  ', newline: '\n', finalNewline: true };

/** The layout of `text`; two spaces and a final newline where it shows none. */
export function layoutOf(text: string | null): Layout {
  if (text === null || text.trim() === '') return defaultLayout;
  return {
    indent: /^\s*\{\s*?\n(\t| {1,10})(?=\S)/.exec(text)?.[1] ?? defaultLayout.indent,
    newline: text.includes('\r\n') ? '\r\n' : '\n',
    finalNewline: text.endsWith('\n'),
  };
}

/**
 * The document as text in a given layout.
 *
 * @example formatDocument({ routes: [] }, layoutOf('{\n\t"routes": []\n}')) // '{\n\t"routes": []\n}'
 */
export function formatDocument(document: RoutesDocument, layout: Layout): string {
  const text = JSON.stringify(document, null, layout.indent);
  // A line break inside a JSON string is written `\n`, so every real one is between tokens.
  const lines = layout.newline === '\n' ? text : text.replaceAll('\n', layout.newline);
  return layout.finalNewline ? lines + layout.newline : lines;
}

/**
 * Reads and checks the text of a document.
 * @throws StoreError naming `where` and every fault
 */
export function readDocument(text: string, where: string): RoutesDocument {
  const parsed = parseDocument(text);
  if (parsed.ok) return parsed.value;
  throw invalid(where, documentText(parsed.faults, json(text)), 'correct it');
}

/**
 * Checks what an edit made, before it is stored.
 * @throws StoreError naming `where` and every fault
 */
export function checkEdited(document: RoutesDocument, where: string): RoutesDocument {
  const checked = checkDocument(document);
  if (checked.ok) return checked.value;
  throw invalid(where, documentText(checked.faults, document), 'nothing was stored');
}

function invalid(where: string, lines: readonly string[], remedy: string): StoreError {
  return new StoreError({
    where,
    expected: 'a valid routes document',
    found: lines.length === 1 ? lines[0]! : `${lines.length} faults:\n  ${lines.join('\n  ')}\n`,
    remedy,
  });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
