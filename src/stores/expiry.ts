import type { RoutesDocument } from '../config/document.ts';

/** A document's `expires`: unix time in seconds by route id, set by the admin API's `?ttl=`. */
export type Expiries = Readonly<Record<string, number>>;

export function expiriesOf(document: RoutesDocument): Expiries {
  return document.expires ?? {};
}

/** Replaces the document's expiries; removes the field when there are none. */
export function withExpiries(document: RoutesDocument, expiries: Expiries): RoutesDocument {
  if (Object.keys(expiries).length > 0) return { ...document, expires: expiries };
  const { expires: _none, ...rest } = document;
  return rest as RoutesDocument;
}

/** When the next route expires, in milliseconds since 1970; `Infinity` when none does. */
export function earliestExpiry(document: RoutesDocument): number {
  let earliest = Infinity;
  for (const seconds of Object.values(expiriesOf(document))) {
    earliest = Math.min(earliest, seconds * 1000);
  }
  return earliest;
}

/**
 * Removes expired routes; returns the same object when there are none.
 *
 * @example
 * withoutExpired({ routes: [{ id: '1', uri: '/' }], expires: { 1: 10 } }, 10_000) // { routes: [] }
 */
export function withoutExpired(document: RoutesDocument, nowMs: number): RoutesDocument {
  if (nowMs < earliestExpiry(document)) return document;
  const expiries = Object.entries(expiriesOf(document));
  const passed = new Set(expiries.filter(([, at]) => at * 1000 <= nowMs).map(([id]) => id));
  const routes = document.routes.filter((route) => !passed.has(String(route.id)));
  const left = Object.fromEntries(expiries.filter(([id]) => !passed.has(id)));
  return withExpiries({ ...document, routes }, left);
}
