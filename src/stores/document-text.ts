import { checkDocument, parseDocument } from '../config/document.ts';
import type { RoutesDocument } from '../config/document.ts';
import { documentText } from '../config/fault.ts';
import { StoreError, type StorePlace } from './error.ts';

/** The document of a store in which nothing was stored yet. */
export const EMPTY_DOCUMENT: RoutesDocument = { routes: [] };

/** Routes that were read or stored here. An edit leaves most of thousands as they are, and need not wait for them. */
const valid = new WeakSet<object>();

/**
 * Parses and checks the text of a document.
 * @throws StoreError that names the place and every fault
 */
export function readDocument(text: string, place: StorePlace): RoutesDocument {
  const parsed = parseDocument(text);
  if (parsed.ok) return remembered(parsed.value);
  throw invalid(place, documentText(parsed.faults, json(text)), 'correct it');
}

/**
 * Checks an edited document before it is stored.
 * @throws StoreError that names the place and every fault
 */
export function checkEdited(document: RoutesDocument, place: StorePlace): RoutesDocument {
  const checked = checkDocument(document, (route) => valid.has(route as object));
  if (checked.ok) return remembered(checked.value);
  throw invalid(place, documentText(checked.faults, document), 'nothing was stored');
}

function remembered(document: RoutesDocument): RoutesDocument {
  for (const route of document.routes) valid.add(route);
  return document;
}

function invalid(place: StorePlace, lines: readonly string[], remedy: string): StoreError {
  return new StoreError({
    ...place,
    expected: 'a valid routes document',
    found: lines.length === 1 ? lines[0]! : `${lines.length} faults:\n  ${lines.join('\n  ')}\n`,
    remedy,
    faults: lines,
  });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
