import { Refusal, failed, keyNotFound } from '../answer.ts';
import type { Handler } from './call.ts';
import { refuseSubPath } from './check.ts';
import { keyOf, routeOf, withoutRoute } from './stored.ts';

/** `DELETE /routes/{id}`. `force` is accepted: nothing can refer to a route. */
export const remove: Handler = async ({ live }, { id, subPath }) => {
  if (id === null) return failed(400, 'missing route id');
  refuseSubPath(subPath);
  await live.write((document) => {
    if (routeOf(document, id) === undefined) throw new Refusal(keyNotFound);
    return withoutRoute(document, id);
  });
  return { status: 200, body: { deleted: '1', key: keyOf(id) } };
};
