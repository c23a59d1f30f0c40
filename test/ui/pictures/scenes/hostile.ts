import { send } from '../../../support/client.ts';
import { route } from '../../../support/origin.ts';
import { asks, explains, json, type Part, scenesOf } from './scene.ts';

const MARKUP = `<img src=x onerror=alert(1)><script>alert(2)</script>"'&amp;`;
/** Turns around what follows, rings, clears a terminal, breaks lines. */
const INVISIBLE = '\u202e\u2066\u200f\u0007\u001b[2J\u0085\u2028';
const LONG = 'x'.repeat(50_000);

/** Names, values and hosts that strangers chose. */
export const hostile: Part = async ({ start, serve }) => {
  const names = [MARKUP, INVISIBLE, 'k'.repeat(600), 'value'];
  const [ours, theirs] = [(name: string) => `${name}${LONG}`, () => 2].map((valueOf) =>
    json(Object.fromEntries(names.map((name) => [name, valueOf(name)]))),
  );
  const [upstream, mirror] = [await serve(ours), await serve(theirs)];
  const gateway = await start({
    routes: [
      {
        id: 'strange',
        ...route(upstream, mirror, { uri: '/strange/*', plugin: { compare: true } }),
      },
      ...[MARKUP + INVISIBLE, 'h'.repeat(900), LONG].map((url, i) => ({
        id: `host-${i}`,
        ...route(upstream, { url }, { uri: `/${i}/*`, plugin: { _meta: { disable: true } } }),
      })),
      { id: 'uri', ...route(upstream, mirror, { uri: `/<b>\u202e\u2066${'u'.repeat(900)}` }) },
    ],
  });
  for (const path of [encodeURIComponent(MARKUP + INVISIBLE), `${'p'.repeat(900)}?q=<b>`])
    await send(gateway.url, `/strange/${path}`, { headers: { 'x-request-id': '<b>id</b>' } });
  const scene = scenesOf('hostile', gateway);
  const url = `http://shop.example/strange/${MARKUP}${'z'.repeat(600)}`;
  return [
    scene('now', 'now'),
    scene('differences', 'differences'),
    scene('ignore', 'differences', {}, asks('Ignore this place')),
    scene('explain', 'explain', {}, explains(url, `X-A: ${MARKUP}\nAuthorization: Bearer x`)),
  ];
};
