import { buildMatcher } from './matcher.ts';
import type { Matcher } from './matcher.ts';
import { compileRule } from './rule.ts';
import type { RouteCriteria } from './rule.ts';

/**
 * Compiles checked routes to a matcher. What a route does is the caller's: `compileRoute` makes it
 * of the route, once, and a match hands it out. Routes with `status: 0` are compiled too, so that
 * their mistakes show before they are switched on.
 *
 * @throws what `compileRule` and `compileRoute` throw; then there is no table at all
 * @example
 * const table = compileTable(document.routes, (route) => exchangeWith(route.upstream));
 * const exchange = table.match(request);
 */
export function compileTable<R extends RouteCriteria, T>(
  routes: readonly R[],
  compileRoute: (route: R) => T,
): Matcher<T> {
  return buildMatcher(
    routes.map((route) => ({ match: compileRule(route), value: compileRoute(route) })),
  );
}
