import type { RouteConfig } from '../../config/route.ts';
import { isObject } from '../../config/schema.ts';
import { merge, setAt } from '../merge.ts';
import { AdminRefusal, failed, KEY_NOT_FOUND } from '../responses.ts';
import type { Handler } from './call.ts';
import {
  checkedRoute,
  checkedWithoutId,
  newConfiguration,
  refuseSubPath,
  refuseTimes,
} from './check.ts';
import {
  expiryOf,
  inForce,
  keyOf,
  routeOf,
  unixSeconds,
  withoutRoute,
  withRoute,
} from './stored.ts';

/** `GET /routes/{id}` */
export const get: Handler = (context, { id }) => {
  const document = inForce(context);
  const route = routeOf(document, id!);
  if (route === undefined) return KEY_NOT_FOUND;
  const revision = context.revisionsOf(document).get(id!)!;
  return {
    status: 200,
    body: {
      key: keyOf(id!),
      value: route,
      createdIndex: revision.createdIndex,
      modifiedIndex: revision.modifiedIndex,
    },
  };
};

/** `PUT /routes/{id}`, or `PUT /routes` with the id in the body: creates or replaces the route. */
export const put: Handler = async ({ live, now }, call) => {
  refuseSubPath(call.subPath);
  const configuration = newConfiguration(call.body);
  const { id: inBody } = configuration;
  // An id in the path is a string; one in the body may be an integer.
  const id = call.id ?? inBody;
  if (id === undefined) throw new AdminRefusal(failed(400, 'missing route id'));
  if (inBody !== undefined && String(inBody) !== String(id)) {
    throw new AdminRefusal(failed(400, 'wrong route id'));
  }
  refuseTimes(configuration);
  const route = checkedRoute({ ...configuration, id });

  let created = false;
  let value = route;
  await live.write((document) => {
    const nowMs = now();
    const previous = routeOf(document, String(id));
    created = previous === undefined;
    const time = unixSeconds(nowMs);
    value = { ...route, create_time: previous?.create_time ?? time, update_time: time };
    return withRoute(document, value, expiryOf(call, nowMs));
  });
  return { status: created ? 201 : 200, body: { key: keyOf(String(id)), value } };
};

/** `POST /routes`: creates a route with an id that the server chooses. */
export const post: Handler = async ({ live, nextId, now }, call) => {
  const configuration = newConfiguration(call.body);
  if (call.id !== null || Object.hasOwn(configuration, 'id')) {
    throw new AdminRefusal(failed(400, 'wrong route id, do not need it'));
  }
  refuseTimes(configuration);
  const route = checkedWithoutId(configuration);

  let id = '';
  let value: RouteConfig | null = null;
  await live.write((document) => {
    const nowMs = now();
    id = nextId((candidate) => routeOf(document, candidate) !== undefined, nowMs);
    const time = unixSeconds(nowMs);
    value = { ...route, id, create_time: time, update_time: time };
    return withRoute(document, value, expiryOf(call, nowMs));
  });
  return { status: 201, body: { key: keyOf(id), value } };
};

/** `PATCH /routes/{id}` merges the body into the route; `PATCH /routes/{id}/{sub/path}` replaces one attribute. */
export const patch: Handler = async ({ live, now }, call) => {
  const { id, subPath, body } = call;
  if (id === null) return failed(400, 'missing route id');
  if (body.absent) return failed(400, 'missing new configuration');
  const change = body.value;
  if (subPath.length === 0 && !isObject(change)) return failed(400, 'invalid configuration');

  let value: RouteConfig | null = null;
  await live.write((document) => {
    const previous = routeOf(document, id);
    if (previous === undefined) throw new AdminRefusal(KEY_NOT_FOUND);
    const nowMs = now();
    const time = unixSeconds(nowMs);
    const patched = (
      subPath.length === 0 ? merge(previous, change) : setAt(previous, subPath, change)
    ) as Record<string, unknown>;
    // Unlike PUT, a merge may set the times. A PATCH with a sub-path always gets a new `update_time`.
    const setsUpdateTime =
      subPath.length === 0 && (change as RouteConfig).update_time !== undefined;
    const next: Record<string, unknown> = {
      ...patched,
      id: patched['id'] ?? id,
      create_time: patched['create_time'] ?? time,
      update_time: setsUpdateTime ? (patched['update_time'] ?? time) : time,
    };
    if (String(next['id']) !== id) throw new AdminRefusal(failed(400, 'wrong route id'));
    value = checkedRoute(next);
    return withRoute(document, value, expiryOf(call, nowMs));
  });
  return { status: 200, body: { key: keyOf(id), value } };
};

/** `DELETE /routes/{id}`. The query argument `force` has no effect, because nothing can refer to a route. */
export const remove: Handler = async ({ live }, { id, subPath }) => {
  if (id === null) return failed(400, 'missing route id');
  refuseSubPath(subPath);
  await live.write((document) => {
    if (routeOf(document, id) === undefined) throw new AdminRefusal(KEY_NOT_FOUND);
    return withoutRoute(document, id);
  });
  return { status: 200, body: { deleted: '1', key: keyOf(id) } };
};
