import type { RoutesDocument } from '../config/document.ts';

/** `expires` of a document: unix seconds by route id, from the admin API's `?ttl=`. */
export type Expiries = Readonly<Record<string, number>>;

export function expiriesOf(document: RoutesDocument): Expiries {
  return document.expires ?? {};
}

/** The document with other expiries, and without the field when there are none. */
export function withExpiries(document: RoutesDocument, expiries: Expiries): RoutesDocument {
  if (Object.keys(expiries).length > 0) return { ...document, expires: expiries };
  const { expires: _none, ...rest } = document;
  return rest as RoutesDocument;
}

/** When the first route expires, in milliseconds since 1970; `Infinity` when none does. */
export function earliestExpiry(document: RoutesDocument): number {
  let earliest = Infinity;
  for (const seconds of Object.values(expiriesOf(document))) {
    earliest = Math.min(earliest, seconds * 1000);
  }
  return earliest;
}

/**
 * The document without the routes whose time has passed; the same object when there are none.
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
