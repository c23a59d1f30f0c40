import { checkDocument, type RoutesDocument } from './document.ts';
import { documentText } from './fault.ts';
import type { RouteConfig } from './route.ts';

/** A route as code writes it: `id` may be left out and is then its place, from 1. */
export type RouteInput = Omit<RouteConfig, 'id'> & { readonly id?: RouteConfig['id'] };

/** Routes handed in by code are not valid. The message lists every fault with its place. */
export class InvalidRoutes extends Error {
  override readonly name = 'InvalidRoutes';
}

/**
 * A document of routes given in code.
 *
 * @throws InvalidRoutes
 */
export function routesDocument(routes: readonly RouteInput[]): RoutesDocument {
  const document = {
    routes: routes.map((route, i) => ({ ...route, id: route.id ?? String(i + 1) })),
  };
  const checked = checkDocument(document);
  if (!checked.ok) throw new InvalidRoutes(documentText(checked.faults, document).join('\n'));
  return checked.value;
}
