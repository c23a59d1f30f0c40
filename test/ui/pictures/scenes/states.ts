import { send } from '../../../support/client.ts';
import { type Respond, route } from '../../../support/origin.ts';
import { asks, CONFIRM, explains, json, type Part, scenesOf } from './scene.ts';

const ROUNDS = 60;
const ROUND_MS = 60;
const NOWHERE = 'http://127.0.0.1:1';

/** The new version fails now and then. */
function newVersion(): Respond {
  let responses = 0;
  return (request, response) => {
    responses += 1;
    const body = { price: '9.50', items: [1, 3], name: 'A', more: responses % 3 };
    const respond = responses % 7 === 0 ? json({ error: 'internal' }, 500) : json(body);
    respond(request, response);
  };
}

/** All states of mirrors and comparisons, and what is asked before they change. */
export const states: Part = async ({ start, serve }) => {
  const upstream = await serve(json({ price: 9.5, items: [1, 2, 3], name: 'A', note: 'x' }));
  const { url: host } = await serve(newVersion());
  const at = (id: string, plugin: object, rest: object = {}) => ({
    id,
    ...route(upstream, null, {
      uri: `/${id}/*`,
      route: { plugins: { 'proxy-mirror': plugin }, ...rest },
    }),
  });
  const _meta = { disable: true };
  const hosts = ['shop.example', 'www.shop.example'];
  const twins = [
    { host, compare: true },
    { host, path: '/v2', sample_ratio: 0.25, compare: true },
    { host: 'http://paused.example', _meta },
  ];
  const gateway = await start({
    routes: [
      at('shop', { host, compare: { ignore: ['/more'] } }, { hosts }),
      at('twins', { mirrors: twins }),
      at('broken', { host: NOWHERE, compare: true, breaker: { failures: 3 } }),
      at('plain', { host, sample_ratio: 0.1 }),
      at('quiet', { host, compare: { keep: 0 } }),
      at('off', { host }, { status: 0 }),
      at('paused', { host, _meta }),
      { id: 'alone', ...route(upstream, null, { uri: '/alone/*' }) },
    ],
  });
  const shop = { headers: { host: 'shop.example' } };
  for (let i = 0; i < ROUNDS; i += 1) {
    for (const id of ['twins', 'broken', 'plain', 'quiet', 'alone'])
      await send(gateway.url, `/${id}/orders/${i}/items`);
    await send(gateway.url, `/shop/users/${i}`, shop);
    await send(gateway.url, '/shop/cart', { method: 'POST', ...shop });
    await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
  }
  const scene = scenesOf('states', gateway);
  return [
    scene('now', 'now'),
    scene('now-held', 'now', { held: 'yes', only: 'failed' }),
    scene('now-nothing', 'now', { text: 'nothing' }),
    scene('pause', 'now', {}, asks('Pause')),
    scene('share', 'now', { text: 'plain' }, async (page) => {
      await page.locator('form.share button').click();
      await page.waitForSelector('dialog[open]');
    }),
    scene('differences', 'differences', { route: 'shop' }),
    scene('differences-noise', 'differences', { route: 'shop', noise: 'shown' }),
    scene('ignore', 'differences', { route: 'shop' }, asks('Ignore this place')),
    scene('differences-filtered', 'differences', { route: 'shop', text: 'nothing' }),
    scene('differences-twins', 'differences', { route: 'twins' }),
    scene('differences-failed', 'differences', { route: 'broken' }),
    scene('differences-no-example', 'differences', { route: 'quiet' }),
    scene('differences-lost', 'differences', { route: 'gone' }),
    scene('begin-anew', 'differences', { route: 'shop' }, asks('Begin the report anew')),
    scene('focus', 'differences', {}, async (page) => {
      for (let i = 0; i < 8; i += 1) await page.keyboard.press('Tab');
    }),
    scene('explain', 'explain', {}, explains('/shop/cart', 'Host: shop.example\nCookie: a=b')),
    scene('explain-twins', 'explain', {}, explains('/twins/a')),
    scene('explain-wrong', 'explain', {}, explains('shop')),
    scene('done', 'differences', { route: 'shop' }, async (page) => {
      await asks('Ignore this place')(page);
      await page.locator(CONFIRM).click();
      await page.waitForSelector('dialog:not([open])');
    }),
  ];
};
