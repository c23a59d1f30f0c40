import { expect, it } from 'vitest';
import { MAX_ROWS } from '../../../../src/ui/views/now/page.ts';
import type { UiContext } from '../../../../src/ui/view.ts';
import { fieldsOf, linksOf, linkTo, textOf, viewed } from '../report.ts';
import { FAILED, routeTo, scene, SENT, SKIPPED } from './context.ts';

const VIEW = '/apisix/ui?view=now';

/** Bytes of a view with a full page. */
const MAX_BYTES = 44 * 1024;

it('shows routes with their mirrors: rates, outcomes, limits and what can be changed', async () => {
  const clock = { nowMs: Date.now() - 20_000 };
  const all = scene(
    [routeTo('shop', { sample_ratio: 0.25, compare: true }, { host: 'shop.example' })],
    clock,
  );
  for (const outcome of [SENT, FAILED, SKIPPED]) all.happen('shop', 400, outcome);
  clock.nowMs = Date.now() - 1000;
  all.happen('shop', 1200, SENT);
  const html = await viewed(VIEW, all.context);
  const text = textOf(html);
  expect(text).toMatch(
    /Routes\n1\n.*Mirrors\n1\nPaused\n0\nBreakers open\n0\nCopies in flight\n0\n/s,
  );
  expect(text).toContain('1.5 MiB of 64 MiB');
  // Narrow screens show no heads of columns.
  for (const head of ['Mirror', 'copies sent/s']) expect(html).toContain(`data-head="${head}"`);
  expect(text).toContain('shop/shop/*shop.example');
  expect(text).toContain(
    'sent: 2xx\u00a01,600failed: timed out\u00a0400skipped: not sampled\u00a0400',
  );
  // The gateway has not run for so long.
  expect(text).toMatch(/Last minute \(\d\d s so far\)\n.* ms\n/s);
  expect(text).toMatch(/primary(?:[34](?:\.\d)? ms){3}mirror(?:(?:9\d|100|110) ms){3}/);
  expect(linkTo(html, 'Its differences')).toBe(
    '/apisix/ui?view=differences&route=shop&mirror=http%3A%2F%2Fmirror-of-shop.example',
  );
  expect(linkTo(html, 'Pause')).toBe(
    '/apisix/ui/confirm?do=pause&route=shop&mirror=http%3A%2F%2Fmirror-of-shop.example',
  );
  expect(fieldsOf(html.slice(html.indexOf('<form data-confirm')))).toEqual([
    ['do', 'share'],
    ['route', 'shop'],
    ['mirror', 'http://mirror-of-shop.example'],
    ['percent', '25'],
  ]);
});

it('asks again each second, unless it is frozen', async () => {
  const { context } = scene([routeTo('1')]);
  const html = await viewed(VIEW, context);
  expect(html).toContain('data-every="1000"');
  expect(textOf(html)).toContain('5 minutes agonow');
  // An old view hides what is true of a live one.
  expect(html).toMatch(/<text class="live"[^>]*>5 minutes ago/);
  const frozen = await viewed(linkTo(html, 'Freeze'), context);
  expect(frozen).not.toContain('data-every');
  expect(textOf(frozen)).toMatch(/Frozen at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\./);
  // "Now" would not stay true.
  expect(textOf(frozen)).toMatch(/\d\d:\d\d:\d\d UTC\d\d:\d\d:\d\d UTC/);
  expect(textOf(frozen)).not.toContain('ago');
  expect(frozen).not.toContain('class="live"');
  expect(linkTo(frozen, 'Resume updates')).toBe(VIEW);
});

it('says which mirrors are paused, blocked, or not compared', async () => {
  const all = scene([routeTo('a', { _meta: { disable: true } }), routeTo('b'), routeTo('c', null)]);
  all.breakAt('b');
  const html = await viewed(VIEW, all.context);
  const text = textOf(html);
  expect(text).toMatch(/mirror-of-a\.example\n100 %\n0\nnone\nnone\npaused\nResume/);
  expect(text).toMatch(
    /mirror-of-b\.example\n%Change\n0\nnone\nnone\nbreaker open0 in flight\nPause/,
  );
  expect(text).toContain('no mirror');
  expect(text).toContain('Paused\n1\nBreakers open\n1\n');
  // A paused mirror is resumed before its share is changed.
  expect(html.match(/<form data-confirm/g)).toHaveLength(1);
  expect(text).not.toContain('Its differences');
});

it('leads to the differences of a mirror that is paused', async () => {
  for (const compare of [true, { keep: 1 }]) {
    const { context } = scene([routeTo('a', { compare, _meta: { disable: true } })]);
    expect(linkTo(await viewed(VIEW, context), 'Its differences')).toBe(
      '/apisix/ui?view=differences&route=a&mirror=http%3A%2F%2Fmirror-of-a.example',
    );
  }
});

it('shows hostile ids, uris and hosts as text', async () => {
  const _meta = { disable: true };
  const all = scene([
    routeTo(
      '1',
      { host: '"><img src=x onerror=alert(1)>\u202e\u0000', _meta },
      {
        uri: '/<script>alert(1)</script>\u202e"\'*',
      },
    ),
  ]);
  const html = await viewed(`${VIEW}&text=${encodeURIComponent('"><script>')}`, all.context);
  expect(html).not.toMatch(/<script|<img/);
  expect(fieldsOf(html)).toContainEqual(['text', '"><script>']);
  const shown = await viewed(VIEW, all.context);
  expect(shown).not.toMatch(/<script|<img|\u202e/);
  expect(shown).not.toContain('\0');
  expect(textOf(shown)).toContain('/<script>alert(1)</script>\\u202e"\'*');
  expect(textOf(shown)).toContain('"><img src=x onerror=alert(1)>\\u202e\\u0000');
  const resume = new URL(linkTo(shown, 'Resume'), 'http://localhost').searchParams;
  expect(resume.get('mirror')).toBe('"><img src=x onerror=alert(1)>\u202e\u0000');
});

it('shows a page of 10,000 routes, and the way to the next', async () => {
  const routes = Array.from({ length: 10_000 }, (_, i) => routeTo(`route-${i}`, { compare: true }));
  const all = scene(routes);
  for (let i = 0; i < 200; i += 1)
    for (const outcome of [SENT, FAILED, SKIPPED]) all.happen(`route-${i}`, 1, outcome);
  const html = await viewed(VIEW, all.context);
  expect(html.match(/<tbody id="route-/g)).toHaveLength(MAX_ROWS);
  expect(html.length).toBeLessThan(MAX_BYTES);
  expect(textOf(html)).toContain('Routes\n10,000\n');
  expect(textOf(html)).toContain('1 to 20 of 10,000');
  const next = await viewed(linkTo(html, 'Next'), all.context);
  expect(textOf(next)).toContain('21 to 40 of 10,000');
  const found = await viewed(`${VIEW}&text=route-7777`, all.context);
  expect(textOf(found)).toMatch(/\D1 row(?!s)/);
  const some = await viewed(`${VIEW}&text=route-777`, all.context);
  expect(textOf(some)).toContain('11 rows, busiest now first');
  expect(linksOf(found).map(({ text }) => text)).not.toContain('Next');
});

it('draws a value between gaps, and nothing where nothing happened', async () => {
  const all = scene([routeTo('1')], { nowMs: Date.now() - 30_000 });
  const empty = await viewed(VIEW, all.context);
  // Pages that are open share what was rendered a moment ago.
  const paths = (html: string) =>
    [...html.matchAll(/class="line [^>]* d="([^"]*)"/g)].map(([, d]) => d);
  expect(paths(empty)).toEqual(Array.from({ length: 9 }, () => ''));
  expect(textOf(empty).match(/No requests in the last 5 minutes/g)).toHaveLength(3);
  all.happen('1', 3);
  const html = await viewed(`${VIEW}&text=1`, all.context);
  expect(paths(html)[0]).toMatch(/^M\d+ \d+(?:L\d+ \d+)+$/);
  // A single value is a dot that can be seen, and nothing in the small charts of the list.
  expect(paths(html).slice(3)).toEqual(Array.from({ length: 6 }, () => ''));
  expect(html.match(/<circle /g)).toHaveLength(6);
  expect(textOf(html)).not.toContain('No requests in');
  expect(textOf(html)).not.toContain('The small charts');
});

it('says that there were no copies where there were requests', async () => {
  const all = scene([routeTo('1')], { nowMs: Date.now() - 30_000 });
  all.happen('1', 3, SKIPPED);
  const text = textOf(await viewed(VIEW, all.context));
  expect(text.match(/No copies sent in the last 5 minutes/g)).toHaveLength(1);
  expect(text).not.toContain('No requests in');
});

it('explains the small charts where there is one', async () => {
  const clock = { nowMs: Date.now() - 60_000 };
  const all = scene([routeTo('1')], clock);
  for (; clock.nowMs < Date.now(); clock.nowMs += 15_000) all.happen('1', 1);
  expect(textOf(await viewed(VIEW, all.context))).toContain('The small charts show p95');
});

it('says what to do when there is no route, or no table', async () => {
  const { context } = scene([]);
  const html = await viewed(VIEW, context);
  expect(textOf(html)).toContain(
    'curl -X PUT http://127.0.0.1:9080/apisix/admin/routes/1 -d \'{"uri":"/*",',
  );
  // What is empty anyway is not drawn.
  expect(html).not.toMatch(/<svg|class="rates"/);
  for (const name of ['docs/routes.md', 'docs/control-plane.md', 'npm run demo'])
    expect(html).toContain(name);
  const own = await viewed(`${VIEW}&origin=https%3A%2F%2Fgateway.example`, scene([]).context);
  expect(textOf(own)).toContain('curl -X PUT https://gateway.example/apisix/admin/routes/1');
  const keyed = await viewed(VIEW, { ...scene([]).context, needsKey: true });
  expect(textOf(keyed)).toContain('routes/1 -H "X-API-KEY: $ADMIN_KEY" -d');
  const none = await viewed(VIEW, { ...context, inForce: () => null });
  expect(textOf(none)).toContain('No routes are loaded yet: see the log');
  expect(none).toContain('data-every');
  const searched = await viewed(`${VIEW}&text=nowhere`, scene([routeTo('1')]).context);
  expect(textOf(searched)).toContain('No route or mirror matches "nowhere". Show all');
  const paused = await viewed(`${VIEW}&only=paused&held=yes`, scene([routeTo('1')]).context);
  expect(textOf(paused)).toContain('There is no paused mirror. Show all');
  expect(linkTo(paused, 'Show all')).toBe(`${VIEW}&held=yes`);
});

it('says on Workers that it is one isolate that is shown', async () => {
  const shown = async (runtime: UiContext['runtime']) =>
    textOf(await viewed(VIEW, { ...scene([]).context, runtime }));
  expect(await shown('workers')).toContain('Of one isolate');
  expect(await shown('bun')).not.toContain('isolate');
});
