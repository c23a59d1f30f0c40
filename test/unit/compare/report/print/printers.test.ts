import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { reportHtml } from '../../../../../src/compare/report/print/html.ts';
import { reportJson } from '../../../../../src/compare/report/print/json.ts';
import { reportMarkdown } from '../../../../../src/compare/report/print/markdown.ts';
import { reportText } from '../../../../../src/compare/report/print/text.ts';
import { duration, percent, verdict } from '../../../../../src/compare/report/print/words.ts';
import type { Report } from '../../../../../src/compare/report/report.ts';
import { createReportSums } from '../../../../../src/compare/report/sums.ts';
import { compared, difference, pair } from '../pairs.ts';
import { sampleReport } from './sample.ts';

const mirrorOf = (counts: Parameters<typeof sampleReport>[0]) => sampleReport(counts).mirrors[0]!;

describe('the verdict in words', () => {
  it.each([
    [{ pairs: 0, failed: 1 }, 'no pair of responses was compared yet'],
    [{ pairs: 1 }, '0 of 1 pairs differ: too few to tell'],
    [
      { pairs: 5000, different: 50 },
      '50 of 5,000 pairs differ: 1 % (95 % confidence: 0.76 % to 1.3 %)',
    ],
    [{ pairs: 18_420 }, '0 of 18,420 pairs differ: under 0.02 %'],
    [{ pairs: 100 }, '0 of 100 pairs differ: under 3 %'],
    [{ pairs: 10, different: 10 }, '10 of 10 pairs differ: 100 % (95 % confidence: 72 % to 100 %)'],
  ])('%j', (counts, words) => {
    expect(verdict(mirrorOf(counts))).toBe(words);
  });
});

it.each([
  [null, '-'],
  [0, '0 ms'],
  [0.0000123, '12 µs'],
  [-0.0041, '-4.1 ms'],
  [0.25, '250 ms'],
  [12.34, '12 s'],
])('%s seconds are %s', (seconds, words) => {
  expect(duration(seconds)).toBe(words);
});

it.each([
  [0, '0 %'],
  [0.00012345, '0.012 %'],
  [0.987, '99 %'],
  [0.9966, '99.66 %'],
  [0.9999999, '99.99999 %'],
  [1, '100 %'],
])('a share of %s is %s', (share, words) => {
  expect(percent(share)).toBe(words);
});

it('the text can be read in ten seconds', () => {
  const counts = { different: 2, noisy: 5, overload: 3, failed: 4, broken: 1 };
  expect(reportText(sampleReport(counts))).toBe(
    [
      'from 2026-05-04 13:00:00 UTC to 2026-05-04 13:00:00 UTC',
      '',
      'route 1 -> http://mirror.example',
      '  2 of 1,000 pairs differ: 0.2 % (95 % confidence: 0.055 % to 0.73 %)',
      '  3 pairs differ only in what is noise or ignored',
      '  no baseline yet, so timestamps and random ids count as differences: set compare.baseline, or list them in compare.ignore',
      '  1,003 copies sent, 4 failed (connect 4)',
      '  3 not compared (overload 3)',
      '  overload: there was no time to compare more pairs; a lower "sample_ratio" of "compare" chooses fewer',
      '  status   2xx, mirror 5xx  1',
      '           2xx from both    1,002',
      '  latency  p50     p95     p99',
      '  primary  3.9 ms  3.9 ms  3.9 ms',
      '  mirror   7.8 ms  7.8 ms  7.8 ms',
      '  lag      3.9 ms  3.9 ms  3.9 ms',
      '',
      '  GET /users/{n}: 2 of 1,000 pairs differ',
      '    /price  type  2 (0.2 %)',
      '      1 -> "1"  (/users/1, request id-1)',
      '    ignored: /clock',
    ].join('\n'),
  );
});

it.each([
  ['text', reportText],
  ['Markdown', reportMarkdown],
  ['HTML', reportHtml],
])('%s of an empty report says how to turn comparing on', (_, print) => {
  const { mirrors: __, ...report } = sampleReport();
  expect(print({ ...report, mirrors: [] }).replaceAll(/&#34;|&#95;/g, '"')).toMatch(
    '"compare": true',
  );
});

it.each([
  ['text', reportText],
  ['Markdown', reportMarkdown],
  ['HTML', reportHtml],
])('%s of one isolate says so', (_, print) => {
  expect(print({ ...sampleReport(), scope: 'isolate' })).toMatch('one isolate alone');
});

it('the text names ten endpoints with five places, and how many there are beyond', () => {
  const sums = createReportSums();
  for (let i = 0; i < 12 * 7; i += 1) {
    const place = difference(`/${'abcdefg'[i % 7]}`);
    sums.pair(pair(compared(place), { target: `/${'abcdefghijkl'[Math.floor(i / 7)]}` }));
  }
  const lines = reportText(sums.report()).split('\n');
  expect(lines.filter((line) => line.startsWith('  GET '))).toHaveLength(10);
  expect(lines.filter((line) => line.startsWith('    /'))).toHaveLength(50);
  expect(
    lines.filter((line) => line === '    2 more differ: --json and --html print all'),
  ).toHaveLength(10);
  expect(lines).toContain('  2 more endpoints differ: --json prints all');
});

it('is about one pair and one copy in the singular', () => {
  const sums = createReportSums();
  sums.pair(pair(compared(difference('/clock', { ignored: true }))));
  const lines = reportText(sums.report()).split('\n');
  expect(lines).toContain('  1 pair differs only in what is noise or ignored');
  expect(lines).toContain('  1 copy sent');
});

it.each([
  ['text', reportText],
  ['Markdown', reportMarkdown],
  ['HTML', reportHtml],
])('%s says what is too rare to be told from noise', (_, print) => {
  const sums = createReportSums();
  for (let i = 0; i < 100; i += 1) {
    const found = i < 3 ? [difference('/rare')] : i < 50 ? [difference('/common')] : [];
    sums.pair(pair(compared(...found)));
    sums.baseline(pair(compared()));
  }
  const printed = print(sums.report());
  const plain = printed.replaceAll(/&#(\d+);/g, (_all, code) => String.fromCharCode(Number(code)));
  const remark =
    '3 pairs differ only in what is noise or ignored, or too rare yet to tell (places: 1)';
  expect(plain).toContain(remark);
  expect(plain).toContain('too rare yet to tell from noise');
});

it.each([
  ['text', reportText],
  ['Markdown', reportMarkdown],
])('%s has an example of a status that is too rare yet to tell from noise', (_, print) => {
  const sums = createReportSums();
  const broken = difference('status', { primary: 200, mirror: 500 });
  for (let i = 0; i < 100; i += 1) {
    const always = Array.from('abcdef', (name) => difference(`/${name}`));
    sums.pair(pair(compared(...always, ...(i < 2 ? [broken, difference('/rare')] : []))));
    sums.baseline(pair(compared()));
  }
  const lines = print(sums.report()).split('\n');
  const about = (text: string) => lines.filter((line) => line.includes(text));
  expect(about('value (too rare yet to tell from noise)')).toHaveLength(1);
  expect(about('500').join()).toContain('/users/1, request id-1');
  // Before what differs more often, of which the text names few.
  const lineOf = (text: RegExp) => lines.findIndex((line) => text.test(line));
  expect(lineOf(/too rare yet to tell from noise\)/)).toBeLessThan(lineOf(/\/a\b/));
  if (print === reportText) expect(lines.at(-1)).toBe('    too rare yet to tell from noise: /rare');
});

describe('what is known of noise', () => {
  const sums = createReportSums();
  for (let i = 0; i < 100; i += 1) {
    const noise = [difference('/clock'), difference('/id'), difference('/clock', { kind: 'type' })];
    sums.pair(pair(compared(difference('/price'), ...noise)));
    sums.baseline(pair(compared(...noise)));
  }
  const withBaselines = sums.report();

  it('is named in the text, each place once, and in HTML', () => {
    const lines = reportText(withBaselines).split('\n');
    expect(lines.at(-1)).toBe('    noise: /clock, /id');
    expect(reportHtml(withBaselines)).toContain('<td>value (noise)</td>');
  });

  it.each([
    ['text', reportText],
    ['Markdown', reportMarkdown],
    ['HTML', reportHtml],
  ])('the %s says how often the baselines show what differs more often', (_, print) => {
    const clocks = createReportSums();
    for (let i = 0; i < 100; i += 1) {
      clocks.pair(pair(compared(...(i < 80 ? [difference('/clock')] : []))));
      clocks.baseline(pair(compared(...(i < 40 ? [difference('/clock')] : []))));
    }
    expect(print(clocks.report())).toContain('80 %, in 40 % of the baselines');
  });

  it.each([
    [sampleReport({ different: 1 }), true],
    [sampleReport(), false],
    [withBaselines, false],
  ])('a report says where it had no baseline (%#)', (report, says) => {
    expect(reportText(report).includes('no baseline yet, so')).toBe(says);
    expect(reportMarkdown(report).includes('no baseline yet, so')).toBe(says);
  });
});

describe('texts of strangers', () => {
  const HOSTILE = [
    '<script>alert(1)</script>',
    '"onmouseover="x',
    "' autofocus onfocus='x",
    '`|\n\r|# **x** [a](javascript:x) ![b](http://c) @user <!-- -->',
    '\u001b[2J\u202e\u0000\u2028',
    '</code></td></style><img src=x onerror=x>',
    '&lt;b&gt;',
    'https://evil.example WWW.evil.example a@evil.example \u3164',
  ];

  const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{DI}]/u;

  /** A report that has a hostile text wherever one can come from outside. */
  function hostileReport(text: string): Report {
    const sums = createReportSums();
    const values = { primary: text, mirror: { [text]: [text] } };
    const target = `/${text}`;
    const facts = { target, requestId: text, route: text, mirror: text };
    sums.pair(pair(compared(difference(`/${text}`, values), difference(text, values)), facts));
    sums.pair(pair({ result: 'not_compared', reason: text as 'overload' }, facts));
    sums.outcome(text, text, 'failed', text);
    const { mirrors, ...report } = sums.report();
    const [mirror] = mirrors;
    const [endpoint] = mirror!.endpoints;
    // As another gateway might send it.
    const hostile = {
      ...mirror!,
      statuses: { [text]: { [text]: 1 } },
      endpoints: [
        {
          ...endpoint!,
          method: text,
          path: text,
          differences: endpoint!.differences.map((one) => ({
            ...one,
            kind: text as 'value',
            last: text,
          })),
        },
      ],
    };
    return { ...report, since: text, mirrors: [hostile] };
  }

  const TAGS =
    /<\/?(?:!doctype html|html lang="en"|html|head|body|meta [^<>]*|title|style|h1|h2|p(?: class="verdict")?|ul|li|section|table|thead|tbody|tr(?: class="noise")?|th scope="col"|th|td(?: class="number")?|code|details(?: open)?|summary|br)>/g;

  it.each(HOSTILE)('%j stays text in HTML', (text) => {
    const html = reportHtml(hostileReport(text));
    expect(html.replace(TAGS, '')).not.toMatch(/[<>]/);
    expect(html.match(/<meta [^<>]*>/g)).toHaveLength(3);
    expect(html.replaceAll('\n', '')).not.toMatch(INVISIBLE);
  });

  it.each(HOSTILE)('%j stays text in Markdown', (text) => {
    const markdown = reportMarkdown(hostileReport(text));
    const rest = markdown
      .replaceAll(/<(?:\/?code|wbr)>/g, '')
      .replaceAll(/&#\d+;/g, '')
      .replaceAll(/`[\p{L}\p{N} .,:%/(){}"_-]+`/gu, '');
    expect(rest).not.toMatch(/[<>`[\]!@\\&]/);
    const read = markdown.replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(code));
    expect(read.replaceAll('\n', '')).not.toMatch(INVISIBLE);
    expect(read).not.toMatch(/\w:\/\/|www\.|\w@/i);
    for (const line of markdown.split('\n'))
      expect(line).toMatch(/^$|^# |^## <code>|^\*\*|^- |^\| |^[a-z]/);
  });

  it.each(HOSTILE)('%j controls no terminal', (text) => {
    const printed = reportText(hostileReport(text));
    expect(printed.replaceAll('\n', '')).not.toMatch(INVISIBLE);
  });
});

describe('the HTML', () => {
  const html = reportHtml(sampleReport({ different: 2 }));

  it('loads and runs nothing', () => {
    expect(html).toContain(`content="default-src &#39;none&#39;; style-src &#39;sha256-`);
    expect(html).not.toMatch(/<(?:script|link|img|iframe|object)\b|\bsrc=|\bhref=|url\(/);
  });

  it('allows its own style by the hash that it has', () => {
    const style = /<style>([^]*)<\/style>/.exec(html)![1]!;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(html.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(code))).toContain(
      `style-src 'sha256-${hash}'`,
    );
  });

  it('shows the verdict, and the places that differ with an example', () => {
    expect(html).toContain('2 of 1,000 pairs differ');
    expect(html).toContain('<code>/price</code>');
    expect(html).toContain('<code>1</code> → <code>&#34;1&#34;</code>');
  });
});

it('the Markdown has a row for each place that differs', () => {
  const rows = reportMarkdown(sampleReport({ different: 2, noisy: 3 }))
    .split('\n')
    .filter((line) => line.startsWith('|') && /price|clock/.test(line));
  expect(rows).toHaveLength(1);
  expect(rows[0]).toBe(
    '| `GET /users/{n}` | `/price` | type | 2 (0.2 %) | `1` | `"1"` | `/users/1, request id-1` |',
  );
});

it('the Markdown names what is noise or ignored, after the table', () => {
  const lines = reportMarkdown(sampleReport({ different: 2, noisy: 3 })).split('\n');
  expect(lines.slice(-2)).toEqual(['', '- `GET /users/{n}` ignored: `/clock`']);
  expect(reportMarkdown(sampleReport({ noisy: 3 }))).not.toContain('/clock');
});

it('the Markdown says what latencies are', () => {
  expect(reportMarkdown(sampleReport())).toContain('| latency to the head | p50 |');
});

it.each([
  ['/a`b', '<code>/a&#96;b</code>'],
  ['/a|b', '<code>/a&#124;b</code>'],
  ['/a\\', '<code>/a&#92;</code>'],
  ['/<b>', '<code>/&#60;b&#62;</code>'],
  ['/http://a', '<code>/http<wbr>://a</code>'],
  ['/www.a', '<code>/www<wbr>.a</code>'],
  ['/@a', '<code>/<wbr>&#64;a</code>'],
  ['/#1', '<code>/&#35;1</code>'],
  ['/{n}/_x', '`/{n}/_x`'],
])('the Markdown has the place %s as %s', (place, shown) => {
  const sums = createReportSums();
  sums.pair(pair(compared(difference(place))));
  expect(reportMarkdown(sums.report())).toContain(` | ${shown} | value | `);
});

it('the Markdown has the statuses of both', () => {
  expect(reportMarkdown(sampleReport({ broken: 3 })).split('\n')).toContain('| 2xx | 5xx | 3 |');
});

it('JSON has the whole report, and no invisible character', () => {
  const sums = createReportSums();
  const hostile = 'a\u001b[31m\u009b1m\u202e\u2028\u200b\ud800"\\';
  sums.pair(pair(compared(difference('/a', { primary: hostile, mirror: { [hostile]: 1 } }))));
  const report = sums.report();
  const text = reportJson(report);
  expect(JSON.parse(text)).toEqual(report);
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
});
