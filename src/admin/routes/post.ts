import type { RouteConfig } from '../../config/route.ts';
import { Refusal, failed } from '../answer.ts';
import type { Handler } from './call.ts';
import { checkedNameless, newConfiguration, refuseTimes } from './check.ts';
import { expiryOf, keyOf, routeOf, unixSeconds, withRoute } from './stored.ts';

/** `POST /routes`: creates under an id of the server's choice. */
export const post: Handler = async ({ live, nextId, now }, call) => {
  const configuration = newConfiguration(call.body);
  if (call.id !== null || Object.hasOwn(configuration, 'id')) {
    throw new Refusal(failed(400, 'wrong route id, do not need it'));
  }
  refuseTimes(configuration);
  const route = checkedNameless(configuration);

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
