import type { RoutesDocument } from '../../config/document.ts';
import type { RouteConfig } from '../../config/route.ts';
import { expiriesOf, withExpiries } from '../../stores/expiry.ts';
import { AdminRefusal, failed } from '../responses.ts';
import type { AdminContext, Call } from './call.ts';

/** The current document. @throws AdminRefusal (503) when no valid one was loaded yet */
export function inForce({ live, now }: AdminContext): RoutesDocument {
  const document = live.document(now());
  if (document !== null) return document;
  throw new AdminRefusal(failed(503, 'no valid routes document was loaded yet; see the log'));
}

/** The route with this id. Ids are compared as strings, so the integer `1` in a document is `/routes/1`. */
export function routeOf(document: RoutesDocument, id: string): RouteConfig | undefined {
  return document.routes.find((route) => String(route.id) === id);
}

/** Adds `route` at the end of the document, or replaces the route with the same id in its place. */
export function withRoute(
  document: RoutesDocument,
  route: RouteConfig,
  expiresAt: number | null,
): RoutesDocument {
  const id = String(route.id);
  const index = document.routes.findIndex((other) => String(other.id) === id);
  const routes = [...document.routes];
  routes.splice(index === -1 ? routes.length : index, index === -1 ? 0 : 1, route);
  return withExpiry({ ...document, routes }, id, expiresAt);
}

export function withoutRoute(document: RoutesDocument, id: string): RoutesDocument {
  const routes = document.routes.filter((route) => String(route.id) !== id);
  return withExpiry({ ...document, routes }, id, null);
}

/** Sets or removes a route's expiry. As with etcd's leases, a write without `ttl` makes the route permanent. */
function withExpiry(
  document: RoutesDocument,
  id: string,
  expiresAt: number | null,
): RoutesDocument {
  const others = Object.entries(expiriesOf(document)).filter(([other]) => other !== id);
  if (expiresAt !== null) others.push([id, expiresAt]);
  return withExpiries(document, Object.fromEntries(others));
}

/** When the call's route expires, in seconds since 1970; `null`: never. */
export function expiryOf({ ttl }: Call, nowMs: number): number | null {
  return ttl === null ? null : (nowMs + Math.round(ttl * 1000)) / 1000;
}

export function keyOf(id: string): string {
  return `/apisix/routes/${id}`;
}

/** Time as in APISIX's timestamps: whole seconds since 1970. */
export function unixSeconds(nowMs: number): number {
  return Math.floor(nowMs / 1000);
}
