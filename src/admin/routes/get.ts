import { keyNotFound } from '../answer.ts';
import type { Handler } from './call.ts';
import { inForce, keyOf, routeOf } from './stored.ts';

/** `GET /routes/{id}` */
export const get: Handler = (bench, { id }) => {
  const document = inForce(bench);
  const route = routeOf(document, id!);
  if (route === undefined) return keyNotFound;
  const revision = bench.revisionsOf(document).get(id!)!;
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
