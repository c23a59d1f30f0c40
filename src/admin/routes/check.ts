import { printable } from '../../http/quoted.ts';
import { adminText } from '../../config/fault.ts';
import { checkRoute } from '../../config/route.ts';
import type { RouteConfig } from '../../config/route.ts';
import { isObject } from '../../config/schema.ts';
import { AdminRefusal, failed } from '../responses.ts';
import type { Body } from '../body.ts';

/** A route without its id. */
export type RouteWithoutId = Omit<RouteConfig, 'id'>;

/** Checks a route. @throws AdminRefusal (400) with APISIX's text */
export function checkedRoute(value: unknown): RouteConfig {
  const checked = checkRoute(value);
  if (checked.ok) return checked.value;
  throw new AdminRefusal(failed(400, adminText(checked.faults)));
}

/**
 * Checks a route that has no id yet. `checkRoute` requires one, so a placeholder is added and removed again.
 * @throws AdminRefusal (400) with APISIX's text
 */
export function checkedWithoutId(configuration: Record<string, unknown>): RouteWithoutId {
  const { id: _id, ...route } = checkedRoute({ id: '0', ...configuration });
  return route;
}

/**
 * The configuration in the body of a PUT or POST, after the checks that APISIX makes before its schema.
 * @throws AdminRefusal (400)
 */
export function newConfiguration(body: Body): Record<string, unknown> {
  if (body.absent) throw new AdminRefusal(failed(400, 'missing configurations'));
  if (isObject(body.value)) return body.value;
  checkedRoute(body.value);
  throw new AdminRefusal(failed(400, 'invalid configuration: wrong type: expected object'));
}

/** Refuses `create_time` and `update_time`, which only the server sets. @throws AdminRefusal (400) */
export function refuseTimes(configuration: Record<string, unknown>): void {
  const given = ['create_time', 'update_time'].filter((name) => Object.hasOwn(configuration, name));
  if (given.length === 0) return;
  // Two spaces, because APISIX puts a space before every name.
  throw new AdminRefusal(failed(400, `the property is forbidden:  ${given.join(' ')}`));
}

/** Refuses a path that continues after the id. APISIX ignores the rest and replaces or deletes the whole route. */
export function refuseSubPath(subPath: readonly string[]): void {
  if (subPath.length === 0) return;
  throw new AdminRefusal(failed(400, `invalid sub-path: /${printable(subPath.join('/'))}`));
}
