import { asWritten, type RoutesDocument } from '../../config/document.ts';

/** The formatting of a document's text; a write keeps it, so that a diff shows only what was edited. */
export interface Layout {
  /** One level of indentation: spaces or a tab. */
  readonly indent: string;
  readonly newline: '\n' | '\r\n';
  readonly finalNewline: boolean;
}

const DEFAULT_LAYOUT: Layout = { indent: '  ', newline: '\n', finalNewline: true };

/** Detects the layout of `text`. Default: two spaces, `\n`, and a final newline. */
export function layoutOf(text: string | null): Layout {
  if (text === null || text.trim() === '') return DEFAULT_LAYOUT;
  return {
    indent: /^\s*\{\s*?\n(\t| {1,10})(?=\S)/.exec(text)?.[1] ?? DEFAULT_LAYOUT.indent,
    newline: text.includes('\r\n') ? '\r\n' : '\n',
    finalNewline: text.endsWith('\n'),
  };
}

/**
 * Formats a document as JSON text with the given layout.
 *
 * @example formatDocument({ routes: [] }, layoutOf('{\n\t"routes": []\n}')) // '{\n\t"routes": []\n}'
 */
export function formatDocument(document: RoutesDocument, layout: Layout): string {
  const text = JSON.stringify(asWritten(document), null, layout.indent);
  // JSON strings contain line breaks only as the escape `\n`, so every `\n` here is between tokens.
  const lines = layout.newline === '\n' ? text : text.replaceAll('\n', layout.newline);
  return layout.finalNewline ? lines + layout.newline : lines;
}
