import { describe, expect, it } from 'vitest';
import { checkDocument } from '../../../src/config/document.ts';
import { reviewLines } from '../../../src/explain/review.ts';

const host = 'http://127.0.0.1:9797';
const upstream = { nodes: { '127.0.0.1:1999': 1 } };
const reads = { methods: ['GET', 'HEAD'] };
const bare = { headers: { remove: ['Authorization', 'COOKIE'] } };

/** The lines on a document with one route for each of the given. */
function review(...routes: readonly object[]): string[] {
  const checked = checkDocument({
    routes: routes.map((route) => ({ uri: '/*', upstream, ...route })),
  });
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  return reviewLines(checked.value);
}
const plugin = (config: object) => ({ plugins: { 'proxy-mirror': config } });

const BODY = 'body (by value where both are JSON, else byte by byte, at most 256 KiB)';
const WRITES =
  'caution: writes are copied: "methods": ["GET", "HEAD"] in proxy-mirror copies reads alone';

describe('reviewLines', () => {
  it('says nothing of routes without mirrors', () => {
    expect(review({}, { status: 0, ...plugin({ host }) })).toEqual([]);
    expect(review(plugin({ host, _meta: { disable: true } }))).toEqual([]);
  });

  it('says which mirrors get writes and credentials', () => {
    expect(review(plugin({ host }))).toEqual([
      `${WRITES} (route 1 -> ${host})`,
      'caution: credentials are copied, authorization, cookie: ' +
        `"headers": {"remove": ["authorization", "cookie"]} in proxy-mirror keeps them back (route 1 -> ${host})`,
    ]);
  });

  it('says nothing of credentials that copies have hashes of', () => {
    const config = (copy: boolean) => plugin({ host, ...reads, redact: { copy } });
    expect(review(config(true))).toEqual([]);
    expect(review(config(false))).toHaveLength(1);
  });

  it.each([
    ['the mirror takes reads alone', plugin({ host, ...bare, ...reads })],
    ['the route takes reads alone', { methods: ['GET'], ...plugin({ host, ...bare }) }],
    [
      'both together leave reads alone',
      { methods: ['GET', 'POST'], ...plugin({ host, ...bare, methods: ['GET', 'PUT'] }) },
    ],
    [
      'a filter is for the method',
      plugin({ host, ...bare, _meta: { filter: [['request_method', '==', 'GET']] } }),
    ],
    [
      'the route is for the method',
      { vars: [['request_method', '==', 'GET']], ...plugin({ host, ...bare }) },
    ],
    [
      'what stands beside the mirrors holds for them',
      plugin({ mirrors: [{ host }], ...bare, ...reads }),
    ],
    [
      'fields are replaced',
      plugin({ host, ...reads, headers: { set: { Authorization: 'x' }, remove: ['cookie'] } }),
    ],
  ])('has no caution where %s', (_, route) => {
    expect(review(route)).toEqual([]);
  });

  it('names a write that both allow', () => {
    const route = { methods: ['GET', 'POST'], ...plugin({ host, ...bare, methods: ['POST'] }) };
    expect(review(route)).toEqual([`${WRITES} (route 1 -> ${host})`]);
  });

  it('names the credential that is left', () => {
    const headers = { remove: ['cookie'] };
    expect(review(plugin({ host, ...reads, headers }))).toEqual([
      'caution: credentials are copied, authorization: ' +
        `"headers": {"remove": ["authorization"]} in proxy-mirror keeps them back (route 1 -> ${host})`,
    ]);
  });

  it('says what is compared', () => {
    const compare = { sample_ratio: 0.5, ignore: ['/a\u202e'], tolerance: 0.001 };
    const line = `compared: 50 % of the copies: status, fields, ${BODY}, but not /a\\u202e`;
    expect(review(plugin({ host, ...bare, ...reads, compare }))).toEqual([
      `${line}, numbers within 0.1 % (route 1 -> ${host})`,
    ]);
  });

  it.each([
    ['primary', 'asking the upstream once more for 10 % of the GETs and HEADs'],
    ['http://old.example', 'http://old.example'],
  ])('says where noise is known from, the baseline %s', (baseline, how) => {
    const [line] = review(plugin({ host, ...bare, ...reads, compare: { baseline } }));
    expect(line).toContain(`${BODY}, noise by ${how} (route`);
  });

  it('says what is shown as hashes', () => {
    const redact = { headers: ['x-user'], query: ['token'], json: ['/email'] };
    const [line] = review(plugin({ host, ...bare, ...reads, compare: true, redact }));
    expect(line).toContain(', as hashes x-user, token, /email (route');
  });

  it('has one line for all mirrors of which the same is true', () => {
    const routes = Array.from({ length: 5000 }, () => plugin({ host, ...bare, compare: true }));
    const mirrors = [1, 2, 3].map((id) => `route ${id} -> ${host}`).join(', ');
    expect(review(...routes)).toEqual([
      `${WRITES} (${mirrors} and 4997 more)`,
      `compared: 100 % of the copies: status, fields, ${BODY} (${mirrors} and 4997 more)`,
    ]);
  });

  it('has few lines where each is compared in a way of its own', () => {
    const routes = Array.from({ length: 5000 }, (_, i) =>
      plugin({ host, ...bare, ...reads, compare: { ignore: [`/${i}`] } }),
    );
    const lines = review(...routes);
    expect(lines).toHaveLength(6);
    expect(lines[4]).toContain('but not /4 (route 5 -> ');
    expect(lines[5]).toMatch(/^compared: in other ways \(route 6 -> .* and 4992 more\)$/);
  });
});
