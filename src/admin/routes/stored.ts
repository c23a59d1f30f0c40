import type { RoutesDocument } from '../../config/document.ts';
import type { RouteConfig } from '../../config/route.ts';
import { expiriesOf, withExpiries } from '../../stores/expiry.ts';
import { AdminRefusal, failed } from '../responses.ts';
import type { AdminContext, Call } from './call.ts';

/** The document in force. @throws Refusal (503) before the first good one */
export function inForce({ live, now }: AdminContext): RoutesDocument {
  const document = live.document(now());
  if (document !== null) return document;
  throw new AdminRefusal(failed(503, 'no valid routes document was loaded yet; see the log'));
}

/** The route called `id`; ids compare as text, so `1` in a document is `/routes/1`. */
export function routeOf(document: RoutesDocument, id: string): RouteConfig | undefined {
  return document.routes.find((route) => String(route.id) === id);
}

/** The document with `route` in the place of the one with its id, or at the end. */
export function withRoute(
  document: RoutesDocument,
  route: RouteConfig,
  expiresAt: number | null,
): RoutesDocument {
  const id = String(route.id);
  const index = document.routes.findIndex((other) => String(other.id) === id);
  const routes = [...document.routes];
  routes.splice(index === -1 ? routes.length : index, index === -1 ? 0 : 1, route);
  return expiring({ ...document, routes }, id, expiresAt);
}

export function withoutRoute(document: RoutesDocument, id: string): RoutesDocument {
  const routes = document.routes.filter((route) => String(route.id) !== id);
  return expiring({ ...document, routes }, id, null);
}

/** etcd keeps a lease per write: one without `ttl` makes a route permanent again. */
function expiring(document: RoutesDocument, id: string, expiresAt: number | null): RoutesDocument {
  const others = Object.entries(expiriesOf(document)).filter(([other]) => other !== id);
  if (expiresAt !== null) others.push([id, expiresAt]);
  return withExpiries(document, Object.fromEntries(others));
}

export function expiryOf({ ttl }: Call, nowMs: number): number | null {
  return ttl === null ? null : (nowMs + Math.round(ttl * 1000)) / 1000;
}

export function keyOf(id: string): string {
  return `/apisix/routes/${id}`;
}

/** APISIX's timestamps are whole unix seconds. */
export function unixSeconds(nowMs: number): number {
  return Math.floor(nowMs / 1000);
}
