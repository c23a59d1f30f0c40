import { describe, expect, it } from 'vitest';
import { createReportSums } from '../../../src/compare/report/sums.ts';
import { differing } from '../../../src/ui/views/differences/marked.tsx';
import { compared, difference, pair } from '../compare/report/pairs.ts';
import { contextOf, fieldsOf, linksOf, linkTo, MIRROR, sums, textOf, viewed } from './report.ts';

const VIEW = '/apisix/ui?view=differences';
const shown = (address: string) => viewed(address, contextOf(sums()));

describe('what is shown first', () => {
  it('is the mirror, endpoint and place that differ, with an example', async () => {
    const html = await shown(VIEW);
    const text = textOf(html);
    expect(text).toContain('10 of 100 pairs differ: 10 %');
    expect(text).toContain('100 copies sent');
    expect(linksOf(html).filter(({ isChosen }) => isChosen)).toMatchObject([
      { text: expect.stringMatching(/^GET \/(?:users\/{n}|orders)$/) },
      { text: '/price' },
    ]);
    expect(html).toContain('<mark>1</mark>');
    expect(html).toContain('<mark>&quot;1&quot;</mark>');
    // At the least; making the report may take long on a busy machine.
    expect(html).toMatch(/data-every="(?:[3-9]\d{3}|\d{5,})"/);
  });

  it('is the verdict on few pairs, and that no other isolate is known', async () => {
    const report = createReportSums({ scope: 'isolate' });
    report.pair(pair(compared()));
    const text = textOf(await viewed(VIEW, contextOf(report)));
    expect(text).toContain('0 of 1 pairs differ: too few to tell');
    expect(text).toContain('one isolate alone');
    expect(text).toContain('Nothing differs at this endpoint.');
  });

  it('has the matrix of statuses and the quantiles of latency', async () => {
    const report = createReportSums();
    report.pair(pair(compared(), { mirrorResponse: { status: 500, seconds: 0.25 } }));
    report.pair(pair(compared()));
    const text = textOf(await viewed(VIEW, contextOf(report)));
    expect(text).toMatch(/primary\nmirror 2xx\nmirror 5xx\n2xx\n1\n1\n/);
    expect(text).toMatch(/p50\np95\np99\nprimary\n[^\n]+ ms\n/);
  });
});

describe('links keep all other state', () => {
  const address = `${VIEW}&route=1&mirror=${encodeURIComponent(MIRROR)}&endpoint=GET+%2Forders&kinds=value&kinds=type&noise=shown&text=%2F`;
  const state = (href: string) => {
    const { searchParams } = new URL(href, 'http://localhost');
    searchParams.sort();
    return Object.fromEntries(
      [...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name).join()]),
    );
  };
  const all = {
    view: 'differences',
    route: '1',
    mirror: MIRROR,
    endpoint: 'GET /orders',
    kinds: 'value,type',
    noise: 'shown',
    text: '/',
  };

  it('to an endpoint, a place, and the next example', async () => {
    const html = await shown(address);
    expect(state(linkTo(html, 'GET /users/{n}'))).toEqual({ ...all, endpoint: 'GET /users/{n}' });
    expect(state(linkTo(html, '/clock'))).toEqual({ ...all, place: '/clock', kind: 'value' });
    const price = { ...all, place: '/price', kind: 'type' };
    const next = linkTo(html, 'Next');
    expect(state(next)).toEqual({ ...price, example: '2' });
    const second = await shown(next);
    expect(textOf(second)).toContain('2 of 2 kept');
    expect(state(linkTo(second, 'Previous'))).toEqual(price);
    expect(state(linkTo(html, 'hide'))).toEqual({ ...price, noise: undefined });
  });

  it('and a form has what it does not ask for', async () => {
    const fields = fieldsOf(await shown(address));
    const { route, mirror, ...others } = all;
    const query = new URLSearchParams(fields.filter(([, value]) => value !== ''));
    expect(state(`/?${query}`)).toEqual({
      ...others,
      of: `${route} ${mirror}`,
      from: `${route} ${mirror}`,
      place: '/price',
      kind: 'type',
    });
    // What it sends shows the same.
    const content = async (shownAt: string) =>
      (await shown(shownAt)).replace(/data-every="\d+"/, '');
    expect(await content(`/?${query}`)).toBe(await content(address));
  });

  it('and what is chosen is found again, whatever it is called', async () => {
    for (const name of HOSTILE) {
      const report = hostileReport(name);
      const html = await viewed(VIEW, contextOf(report));
      for (const { href } of linksOf(html).filter((link) => link.href.startsWith(VIEW))) {
        const again = await viewed(href, contextOf(report));
        expect(again).not.toContain('role="note"');
        expect(linksOf(again).filter(({ isChosen }) => isChosen)).toHaveLength(2);
      }
    }
  });
});

describe('filters', () => {
  const places = (html: string) =>
    linksOf(html)
      .map(({ text }) => text)
      .filter((text) => /^(?:\/|x-version)/.test(text));

  it('hide noise unless it is asked for, and say how much', async () => {
    const html = await shown(VIEW);
    expect(places(html)).not.toContain('/clock');
    expect(textOf(html)).toContain('1 place is ignored or noise: show');
    expect(places(await shown(linkTo(html, 'show')))).toContain('/clock');
    expect(textOf(await shown(linkTo(html, 'show')))).toContain('value, ignored');
  });

  it('show some kinds alone', async () => {
    expect(places(await shown(`${VIEW}&kinds=type`))).toEqual(['/price']);
    expect(places(await shown(`${VIEW}&kinds=order`))).toEqual([]);
    expect(places(await shown(`${VIEW}&kinds=nonsense`))).toEqual(['/price', 'x-version']);
  });

  it('show what has a text, in any case', async () => {
    expect(places(await shown(`${VIEW}&text=PRI`))).toEqual(['/price']);
    const html = await shown(`${VIEW}&text=orders`);
    expect(linksOf(html).filter(({ text }) => text.startsWith('GET '))).toHaveLength(1);
    expect(places(html)).toEqual(['/price', 'x-version']);
    const none = await shown(`${VIEW}&text=nowhere&kinds=type`);
    expect(textOf(none)).toContain('Nothing fits the filter.');
    expect(textOf(none)).not.toContain('Example');
    expect(places(await shown(linkTo(none, 'Clear the filter')))).toEqual(['/price', 'x-version']);
  });
});

describe('noise', () => {
  const NONE = 'No baseline for writes: noise is not told apart here.';
  const shownAt = (method: string, compare: object, withBaseline = false) => {
    const report = createReportSums();
    report.pair(pair(compared(difference('/a')), { method }));
    if (withBaseline) report.baseline(pair(compared()));
    const route = { id: '1', plugins: { 'proxy-mirror': { host: MIRROR, compare } } };
    return viewed(`${VIEW}&endpoint=${method}+%2Fusers%2F{n}`, contextOf(report, [route]));
  };

  it('is not told apart where nothing may be asked for twice, and the page says so', async () => {
    const baseline = 'primary';
    expect(textOf(await shownAt('POST', { baseline }))).toContain(NONE);
    // Also where the report has a baseline that the mirror no longer has.
    expect(textOf(await shownAt('POST', {}, true))).toContain(NONE);
    expect(textOf(await shownAt('POST', {}))).not.toContain(NONE);
    expect(textOf(await shownAt('GET', { baseline }))).not.toContain(NONE);
  });

  it('stands last where it is listed', async () => {
    const order = ': status first, then by share';
    expect(textOf(await shown(VIEW))).toContain(`${order}\n`);
    expect(textOf(await shown(`${VIEW}&noise=shown`))).toContain(
      `${order}; ignored and noise last\n`,
    );
  });
});

describe('what is chosen', () => {
  const chosen = (html: string) =>
    linksOf(html)
      .filter(({ isChosen }) => isChosen)
      .map(({ text }) => text);

  it('gives way to what a filter looks for, and comes back without it', async () => {
    const address = `${VIEW}&endpoint=GET+%2Forders&place=%2Fprice&kind=type`;
    expect(chosen(await shown(address))).toEqual(['GET /orders', '/price']);
    expect(chosen(await shown(`${address}&text=users`))).toEqual(['GET /users/{n}', '/price']);
    expect(chosen(await shown(`${address}&kinds=value`))).toEqual(['GET /orders', 'x-version']);
    expect(await shown(`${address}&text=users`)).not.toContain('role="note"');
  });

  it('is shown where it has become noise since', async () => {
    const html = await shown(`${VIEW}&endpoint=GET+%2Forders&place=%2Fclock&kind=value`);
    expect(textOf(html)).toContain('/clock: another value');
    expect(html).not.toContain('role="note"');
  });
});

describe('several mirrors', () => {
  const report = () => {
    const all = sums();
    for (let i = 0; i < 3; i += 1) all.pair(pair(compared(), { route: `more-${i}` }));
    return all;
  };

  it('are a choice, and another one does not take over what was chosen of the first', async () => {
    const html = await viewed(VIEW, contextOf(report()));
    expect(html.match(/<option /g)).toHaveLength(4);
    const query = new URLSearchParams(fieldsOf(html));
    query.set('of', `more-1 ${MIRROR}`);
    const other = await viewed(`/?${query}`, contextOf(report()));
    expect(textOf(other)).toContain(`Route more-1: ${MIRROR}`);
    expect(other).not.toContain('role="note"');
  });

  it('are found by the route alone', async () => {
    const html = await viewed(`${VIEW}&route=more-2`, contextOf(report()));
    expect(textOf(html)).toContain('Route more-2: ');
    // What tells mirrors apart stands first.
    expect(textOf(html)).toContain(`\nmore-1: 0 of 1 differ, ${MIRROR}\n`);
    const one = report();
    one.outcome('down', MIRROR, 'failed', 'connect');
    expect(textOf(await viewed(VIEW, contextOf(one)))).toContain(
      `\ndown: nothing compared, ${MIRROR}\n`,
    );
  });

  const SINCE = 'which began at 2026-05-04 12:00:00 UTC';

  it.each([
    ['route=gone', `Route gone is not in this report, ${SINCE}. Shown instead: route 1.`],
    [
      'route=more-1&mirror=http://gone',
      `Mirror http://gone is not in this report, ${SINCE}. Shown instead: ${MIRROR} of route 1.`,
    ],
    [
      'route=1&endpoint=GET+%2Fgone',
      `Endpoint GET /gone is not in this report, ${SINCE}. Shown instead: GET /users/{n}.`,
    ],
    [
      'place=%2Fgone&kind=value',
      `Place /gone is not in this report, ${SINCE}. Shown instead: /price.`,
    ],
  ])('an address of what is gone (%s) says so', async (query, words) => {
    const html = await viewed(`${VIEW}&${query}`, contextOf(report()));
    expect(textOf(html)).toContain(words);
    // Only names are.
    expect(html).not.toMatch(/<bdi>[^<]*route/);
    expect(textOf(html)).toContain('10 of 100 pairs differ');
    const stay = linkTo(html, 'Keep what is shown');
    expect(await viewed(stay, contextOf(report()))).not.toContain('role="note"');
  });
});

describe('bounds', () => {
  it('lists 200 endpoints and 200 places, and says how many are left out', async () => {
    const report = createReportSums();
    const name = (i: number) => String.fromCharCode(97 + (i % 26), 97 + (Math.floor(i / 26) % 26));
    for (let i = 0; i < 250; i += 1)
      report.pair(pair(compared(difference('/a')), { target: `/${name(i)}` }));
    for (let i = 0; i < 300; i += 1)
      report.pair(pair(compared(difference(`/${name(i)}`)), { target: '/aa' }));
    const html = await viewed(`${VIEW}&endpoint=GET+%2Faa`, contextOf(report));
    expect(linksOf(html).filter(({ text }) => text.startsWith('GET '))).toHaveLength(200);
    expect(
      linksOf(html).filter(({ text }) => text.startsWith('/') || text === 'all further places'),
    ).toHaveLength(200);
    expect(textOf(html)).toContain('50 more are left out');
    const last = await viewed(`${VIEW}&text=${name(249)}`, contextOf(report));
    expect(linksOf(last).map(({ text }) => text)).toContain(`GET /${name(249)}`);
  });

  it('offers 200 mirrors', async () => {
    const report = createReportSums();
    for (let i = 0; i < 250; i += 1) report.pair(pair(compared(), { route: `r${i}` }));
    const html = await viewed(VIEW, contextOf(report));
    expect(html.match(/<option /g)).toHaveLength(200);
    expect(textOf(html)).toContain('50 more: name one by route= and mirror=');
  });

  it('shows the beginning of a value of 256 KiB, however it came there', async () => {
    const report = await sums().report();
    const values = { primary: 'x'.repeat(256 * 1024), mirror: Array(50_000).fill('<b>') };
    const text = JSON.stringify(report).replaceAll(
      '"primary":1,"mirror":"1"',
      JSON.stringify(values).slice(1, -1),
    );
    const html = await viewed(
      VIEW,
      contextOf({ report: () => JSON.parse(text), reset: () => undefined }),
    );
    expect(html.length).toBeLessThan(64 * 1024);
    expect(html).toContain('xxx');
  });

  it('is asked for less often where a report takes long', async () => {
    const slow = {
      report: async () => (
        await new Promise((resolve) => setTimeout(resolve, 100)),
        sums().report()
      ),
      reset: () => undefined,
    };
    const html = await viewed(VIEW, contextOf(slow));
    expect(Number(/data-every="(\d+)"/.exec(html)![1])).toBeGreaterThan(9000);
  });
});

describe('where there is nothing yet', () => {
  const route = (plugin: object) => ({ id: 'r1', uri: '/*', plugins: { 'proxy-mirror': plugin } });
  const empty = (...routes: object[]) => viewed(VIEW, contextOf(createReportSums(), routes));

  it('no mirror', async () => {
    expect(textOf(await empty())).toContain('No route has a mirror');
    expect(textOf(await empty(route({ mirrors: 5, _meta: { disable: true } })))).toContain(
      'No route has a mirror',
    );
  });

  it('no mirror that is compared: how to turn it on', async () => {
    const html = await empty(route({ host: MIRROR }));
    expect(textOf(html)).toContain(
      `curl -X PATCH 'http://127.0.0.1:9080/apisix/admin/routes/r1/plugins/proxy-mirror/compare' -d 'true'`,
    );
    expect(linkTo(html, 'Compare it')).toBe(
      `/apisix/ui/confirm?do=compare&route=r1&mirror=${encodeURIComponent(MIRROR)}`,
    );
  });

  it('no request', async () => {
    expect(textOf(await empty(route({ host: MIRROR, compare: true })))).toContain(
      `The mirror ${MIRROR} of route r1 is compared, but no request has been copied to it since 20`,
    );
  });

  it.each([
    [{ failed: 1 }, 'No copy arrived: 1 failed (could not connect)'],
    [
      { failed: 1, skipped: 1 },
      'No copy arrived: 1 failed (could not connect), 1 skipped (breaker open)',
    ],
    [{ failed: 2 }, 'No copy arrived: 2 failed (could not connect 1, timed out 1)'],
    [{ failed: 1 }, 'There is nothing to compare yet: does the mirror run'],
    [{ sent: 1 }, 'none of them was chosen for comparison yet'],
    [{ sent: 1, overload: 1 }, 'No pair could be compared'],
    [{ skipped: 1 }, 'No copy was sent yet'],
  ] as const)('no pair: %j', async (counts, words) => {
    const report = createReportSums();
    for (const outcome of ['sent', 'failed', 'skipped'] as const)
      if (outcome in counts)
        report.outcome('1', MIRROR, outcome, outcome === 'skipped' ? 'breaker_open' : 'connect');
    if ('failed' in counts && counts.failed === 2) report.outcome('1', MIRROR, 'failed', 'timeout');
    if ('overload' in counts) report.pair(pair({ result: 'not_compared', reason: 'overload' }));
    const text = textOf(await viewed(VIEW, contextOf(report)));
    expect(text).toContain(words);
    expect(text.includes('no pair of responses was compared yet')).toBe(!('failed' in counts));
    // Once is enough.
    expect(text.includes(' sent')).toBe(!('failed' in counts));
    // There is nothing to filter.
    expect(text).not.toContain('Endpoint or place contains');
  });

  it('no example', async () => {
    const report = createReportSums();
    report.pair(pair(compared(difference('/a')), { keep: 0 }));
    expect(textOf(await viewed(VIEW, contextOf(report)))).toContain(
      'No example was kept: there was no memory for one, or compare.keep was 0.',
    );
    const one = { id: '1', plugins: { 'proxy-mirror': { host: MIRROR, compare: { keep: 0 } } } };
    expect(textOf(await viewed(VIEW, contextOf(report, [one])))).toContain(
      'No example was kept: compare.keep of this mirror is 0.',
    );
  });
});

describe('what can be ignored', () => {
  it('is a place that counts, and not all further places', async () => {
    const html = await shown(VIEW);
    expect(linkTo(html, 'Ignore this place')).toBe(
      `/apisix/ui/confirm?do=ignore&route=1&mirror=${encodeURIComponent(MIRROR)}&place=%2Fprice&endpoints=2`,
    );
    expect(linkTo(html, 'Begin the report anew')).toBe('/apisix/ui/confirm?do=begin-anew');
    const ignored = await shown(`${VIEW}&noise=shown&place=%2Fclock&kind=value`);
    expect(textOf(ignored)).not.toContain('Ignore this place');
    const report = createReportSums();
    report.pair(pair(compared(difference(''))));
    const whole = textOf(await viewed(VIEW, contextOf(report)));
    expect(whole).toContain('has no place to ignore');
    expect(whole).not.toContain('Ignore this place');
  });

  it('and what is ignored can count again, unless more than this place is', async () => {
    const clock = (ignore: string[], address = `${VIEW}&noise=shown&place=%2Fclock&kind=value`) => {
      const plugin = { host: MIRROR, compare: { ignore } };
      return viewed(address, contextOf(sums(), [{ id: '1', plugins: { 'proxy-mirror': plugin } }]));
    };
    const html = await clock(['/clock', '/price']);
    expect(linkTo(html, 'Stop ignoring')).toBe(
      `/apisix/ui/confirm?do=stop-ignoring&route=1&mirror=${encodeURIComponent(MIRROR)}&place=%2Fclock`,
    );
    expect(textOf(html)).not.toContain('Ignored from now on');
    const both = await clock(['/clock', '/price'], VIEW);
    expect(textOf(both)).toContain('Ignored from now on: begin the report anew');
    expect(linkTo(both, 'Stop ignoring')).toMatch(/place=%2Fprice$/);
    const wider = textOf(await clock(['/*']));
    expect(wider).not.toContain('Stop ignoring');
    expect(wider).toContain('What ignored it is an entry of compare.ignore for more than this');
  });
});

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='x",
  '</bdi></td></table><h1>',
  '&lt;b&gt;&#x3c;',
  'a\r\nb\tc',
  '\u0000\u001b[2J\u007f\u0085',
  '\u202eright to left\u2066\u200b\u2028\ufeff',
  '\ud800 half',
  '../%2e%2e/?x=1#y&z+',
  'x'.repeat(256 * 1024),
];

/** A report with a hostile text wherever one can come from outside; the mirror's URL is the operator's own. */
function hostileReport(text: string) {
  const report = createReportSums();
  const facts = { target: `/${text}`, requestId: text, method: text };
  for (const value of [text, { [text]: [text] }, [text], 1, null, true, undefined]) {
    const values = { primary: value, mirror: `${text}2` };
    report.pair(pair(compared(difference(`/${text}`, values), difference(text, values)), facts));
  }
  return report;
}

const TAGS =
  /<\/?(?:section|h[1-4]|form|input|label|button|fieldset|legend|p|bdi|div|ul|li|table|caption|thead|tbody|tr|th|td|a|span|pre|mark|dl|dt|dd|code|select|option)(?: [a-z-]+="[^"<>]*")*\/?>/g;

describe.each(HOSTILE.map((text) => [JSON.stringify(text).slice(0, 40), text]))('%s', (_, text) => {
  it('stays text, and is seen', async () => {
    const html = await viewed(VIEW, contextOf(hostileReport(text)));
    expect(html.replaceAll(TAGS, '')).not.toMatch(/[<>]/);
    expect(html.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    expect(html).not.toMatch(/ (?:on[a-z]+|style|src)="/);
    expect(html.length).toBeLessThan(128 * 1024);
    for (const { href } of linksOf(html)) expect(href).toMatch(/^\/apisix\/ui(?:[/?]|$)/);
  });
});

describe('the mark', () => {
  it.each([
    ['a1c', 'a22c', ['a', '1', 'c'], ['a', '22', 'c']],
    ['same', 'same', ['same', '', ''], ['same', '', '']],
    ['', 'x', ['', '', ''], ['', 'x', '']],
    ['aa', 'aaa', ['aa', '', ''], ['aa', 'a', '']],
    ['200', '500', ['', '200', ''], ['', '500', '']],
    ['"a 9.5"', '"a 9.50"', ['"a ', '9.5', '"'], ['"a ', '9.50', '"']],
    ['[1, 12]', '[1, 13]', ['[1, ', '12', ']'], ['[1, ', '13', ']']],
    ['\u{1f600}', '\u{1f601}', ['', '\u{1f600}', ''], ['', '\u{1f601}', '']],
  ])('%j and %j', (one, other, a, b) => {
    expect(differing(one, other)).toEqual([a, b]);
  });

  it('is what differs, and all else is in common', () => {
    const letters = (seed: number) =>
      Array.from({ length: seed % 9 }, (_, i) => 'ab'[(seed >> i) & 1]).join('');
    for (let i = 0; i < 500; i += 1) {
      const [one, other] = [letters(i), letters((i * 7919) % 1009)];
      const [[before, mine, after], [same, theirs, end]] = differing(one, other);
      expect([before + mine + after, same + theirs + end, same, end]).toEqual([
        one,
        other,
        before,
        after,
      ]);
      if (mine !== '' && theirs !== '') expect(mine[0]).not.toBe(theirs[0]);
    }
  });
});
