import { send } from '../../../support/client.ts';
import { route } from '../../../support/origin.ts';
import { explains, json, type Part, scenesOf } from './scene.ts';

const MANY = 10_000;
const REQUESTS = 300;

/** A gateway without routes, and one with as many as anybody has. */
export const sizes: Part = async ({ start, serve }) => {
  const none = scenesOf('none', await start());
  const [upstream, mirror] = [await serve(json({ a: 1 })), await serve(json({ a: '1' }))];
  const routes = Array.from({ length: MANY }, (_, i) => ({
    id: `r${i}`,
    ...route(upstream, mirror, { uri: `/${i}/*`, plugin: { compare: true } }),
  }));
  const gateway = await start({ routes });
  for (let i = 0; i < REQUESTS; i += 1) await send(gateway.url, `/${(i * i) % REQUESTS}/items`);
  const many = scenesOf('many', gateway);
  return [
    none('now', 'now'),
    none('differences', 'differences'),
    none('explain', 'explain', {}, explains('/cart')),
    many('now', 'now'),
    many('differences', 'differences'),
  ];
};
