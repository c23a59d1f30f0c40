import { printable } from '../../http/quoted.ts';
import { adminText } from '../../config/fault.ts';
import { checkRoute } from '../../config/route.ts';
import type { RouteConfig } from '../../config/route.ts';
import { isObject } from '../../config/schema.ts';
import { AdminRefusal, failed } from '../responses.ts';
import type { Body } from '../body.ts';

/** A route without its id. */
export type RouteWithoutId = Omit<RouteConfig, 'id'>;

/** @throws Refusal (400) with APISIX's text */
export function checkedRoute(value: unknown): RouteConfig {
  const checked = checkRoute(value);
  if (checked.ok) return checked.value;
  throw new AdminRefusal(failed(400, adminText(checked.faults)));
}

/**
 * A route that does not have its id yet; `checkRoute` wants one, as a document does.
 * @throws Refusal (400) with APISIX's text
 */
export function checkedWithoutId(configuration: Record<string, unknown>): RouteWithoutId {
  const { id: _id, ...route } = checkedRoute({ id: '0', ...configuration });
  return route;
}

/**
 * The new configuration of a PUT or POST, as far as APISIX looks before its schema does.
 * @throws Refusal (400)
 */
export function newConfiguration(body: Body): Record<string, unknown> {
  if (body.absent) throw new AdminRefusal(failed(400, 'missing configurations'));
  if (isObject(body.value)) return body.value;
  checkedRoute(body.value);
  throw new AdminRefusal(failed(400, 'invalid configuration: wrong type: expected object'));
}

/** Both times are the server's to set. @throws Refusal (400) */
export function refuseTimes(configuration: Record<string, unknown>): void {
  const given = ['create_time', 'update_time'].filter((name) => Object.hasOwn(configuration, name));
  if (given.length === 0) return;
  // Two spaces: APISIX puts one before every name.
  throw new AdminRefusal(failed(400, `the property is forbidden:  ${given.join(' ')}`));
}

/** APISIX ignores what follows the id here, and so would replace or delete the whole route. */
export function refuseSubPath(subPath: readonly string[]): void {
  if (subPath.length === 0) return;
  throw new AdminRefusal(failed(400, `invalid sub-path: /${printable(subPath.join('/'))}`));
}
