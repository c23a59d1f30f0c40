import { expect, it } from 'vitest';
import { trustProxies } from '../../../src/request/inbound.ts';
import { routeTo, scene } from './now/context.ts';
import { textOf, viewed } from './report.ts';

const VIEW = '/apisix/ui?view=explain';

/** The view with a form that asks about a request. */
function asked(
  plugin: object | null,
  fields: Record<string, string>,
  routes = [routeTo('shop', plugin)],
): Promise<string> {
  const { context } = scene(routes);
  const options = { ...context.inForce()!, trust: trustProxies([]), hostOfUrl: false };
  return viewed(`${VIEW}&${new URLSearchParams(fields)}`, { ...context, inForce: () => options });
}

const mirrors = [
  { host: 'http://a.example' },
  { host: 'http://b.example', sample_ratio: 0.25 },
  { host: 'http://c.example', _meta: { disable: true } },
];

it.each([
  [{}, '/other', 'No route matches: the client gets 404.'],
  [null, '/shop/a', 'Route shop matches. It has no mirror.'],
  [{}, '/shop/a', 'Route shop matches. A copy goes to http://mirror-of-shop.example.'],
  [{ _meta: { disable: true } }, '/shop/a', 'Route shop matches. No copy is sent.'],
  [
    { host: undefined, mirrors },
    '/shop/a',
    'Route shop matches. A copy goes to http://a.example and a copy of 25 % of such requests goes to http://b.example.',
  ],
])('begins with a verdict: %j and %s', async (plugin, url, verdict) => {
  expect(textOf(await asked(plugin, { url }))).toContain(`Explain${verdict}\n`);
});

it('cautions before it says what is sent', async () => {
  const fields = 'Authorization: Bearer x\nCookie: a=1';
  const html = await asked({}, { url: '/shop/a', method: 'POST', fields });
  const text = textOf(html);
  expect(text.indexOf('The mirror gets credentials')).toBeGreaterThan(0);
  expect(text.indexOf('The mirror gets credentials')).toBeLessThan(text.indexOf('Upstream'));
  // What belongs in the route is told from the sentence about it.
  for (const setting of [
    '"methods": ["GET", "HEAD"]',
    '"headers": {"remove": ["authorization", "cookie"]}',
  ])
    expect(html).toContain(`<code>${setting.replaceAll('"', '&quot;')}</code> in proxy-mirror `);
  const hashed = await asked({ redact: { copy: true } }, { url: '/shop/a', fields });
  expect(hashed).toContain('<code>&quot;redact&quot;</code> replaces');
});

it('says how many routes do not match', async () => {
  expect(textOf(await asked({}, { url: '/other' }))).toContain('Route\nnone of 1\n');
  expect(textOf(await asked({}, { url: '/other' }, []))).toContain(
    'Route\nnone: there are no routes yet\n',
  );
});

it('calls a mirror paused that is', async () => {
  const text = textOf(await asked({ host: undefined, mirrors }, { url: '/shop/a' }));
  expect(text).toContain('http://c.example: no copy: it is paused');
});

it('takes a URL as clients send it', async () => {
  const text = textOf(await asked({}, { url: ' /shop/a b<c> ' }));
  expect(text).toContain('GET http://mirror-of-shop.example/shop/a%20b%3Cc%3E');
});

it.each([
  ['url', 'shop', 'or a path, found "shop", which begins with none of "http://", "https://", "/"'],
  ['method', 'G T', 'expected a method'],
  ['fields', 'nothing', 'expected "name: value"'],
  ['fields', 'X-A: \u202e', 'expected a header value'],
  ['body_length', '-1', 'expected'],
  ['remote_addr', 'x', 'expected an IP address'],
])('says at its field what is wrong: %s %j', async (name, value, words) => {
  const html = await asked({}, { url: '/shop/a', [name]: value });
  expect(html.match(/ name="(\w+)"[^>]* aria-invalid="true"/)?.[1]).toBe(name);
  expect(html).toContain(`aria-describedby="wrong-${name}"`);
  expect(textOf(html.slice(html.indexOf(`id="wrong-${name}"`)))).toContain(words);
  expect(textOf(html)).not.toContain('matches');
});
