import type { RoutesDocument } from '../../../src/config/document.ts';
import type { RouteConfig } from '../../../src/config/route.ts';

export function route(id: string | number, uri = `/${id}`): RouteConfig {
  return { id, uri, upstream: { type: 'roundrobin', nodes: { '127.0.0.1:1980': 1 } } };
}

export function documentOf(...ids: (string | number)[]): RoutesDocument {
  return { routes: ids.map((id) => route(id)) };
}

/** An edit that appends a route. */
export function adding(id: string): (document: RoutesDocument) => RoutesDocument {
  return (document) => ({ ...document, routes: [...document.routes, route(id)] });
}

export function idsOf(document: RoutesDocument | null): string[] {
  return (document?.routes ?? []).map(({ id }) => String(id));
}
