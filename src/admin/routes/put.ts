import { Refusal, failed } from '../answer.ts';
import type { Handler } from './call.ts';
import { checkedRoute, newConfiguration, refuseSubPath, refuseTimes } from './check.ts';
import { expiryOf, keyOf, routeOf, unixSeconds, withRoute } from './stored.ts';

/** `PUT /routes/{id}`, or `PUT /routes` with the id in the body: creates or replaces. */
export const put: Handler = async ({ live, now }, call) => {
  refuseSubPath(call.subPath);
  const configuration = newConfiguration(call.body);
  const { id: inBody } = configuration;
  // A path's id is text; one in the body keeps the type it was given.
  const id = call.id ?? inBody;
  if (id === undefined) throw new Refusal(failed(400, 'missing route id'));
  if (inBody !== undefined && String(inBody) !== String(id)) {
    throw new Refusal(failed(400, 'wrong route id'));
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
