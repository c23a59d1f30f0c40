import type { RouteConfig } from '../../config/route.ts';
import { Refusal, failed, keyNotFound } from '../answer.ts';
import { isObject, merge, setAt } from '../merge.ts';
import type { Handler } from './call.ts';
import { checkedRoute } from './check.ts';
import { expiryOf, keyOf, routeOf, unixSeconds, withRoute } from './stored.ts';

/** `PATCH /routes/{id}` merges; `PATCH /routes/{id}/{sub/path}` sets one attribute as a whole. */
export const patch: Handler = async ({ live, now }, call) => {
  const { id, subPath, body } = call;
  if (id === null) return failed(400, 'missing route id');
  if (body.absent) return failed(400, 'missing new configuration');
  const change = body.value;
  if (subPath.length === 0 && !isObject(change)) return failed(400, 'invalid configuration');

  let value: RouteConfig | null = null;
  await live.write((document) => {
    const previous = routeOf(document, id);
    if (previous === undefined) throw new Refusal(keyNotFound);
    const nowMs = now();
    const time = unixSeconds(nowMs);
    const patched = (
      subPath.length === 0 ? merge(previous, change) : setAt(previous, subPath, change)
    ) as Record<string, unknown>;
    // Unlike PUT, a patch may set the times itself; a sub-path never speaks for `update_time`.
    const keeps = subPath.length === 0 && (change as RouteConfig).update_time !== undefined;
    const next: Record<string, unknown> = {
      ...patched,
      id: patched['id'] ?? id,
      create_time: patched['create_time'] ?? time,
      update_time: keeps ? (patched['update_time'] ?? time) : time,
    };
    if (String(next['id']) !== id) throw new Refusal(failed(400, 'wrong route id'));
    value = checkedRoute(next);
    return withRoute(document, value, expiryOf(call, nowMs));
  });
  return { status: 200, body: { key: keyOf(id), value } };
};
