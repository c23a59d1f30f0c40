import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestServerRuntime } from '../../runtimes/runtime.ts';
import { commandLines, type Ran } from '../../support/command-lines.ts';
import { linesOf, resultOf } from '../start-stop/bad-settings.ts';

const upstream = { type: 'roundrobin', nodes: { '127.0.0.1:1': 1 } };

const ROUTES = {
  routes: [
    { id: 'put', uri: '/*', methods: ['PUT'], priority: 1, upstream },
    {
      id: 'all',
      uri: '/*',
      upstream,
      plugins: {
        'proxy-mirror': {
          mirrors: [
            { host: 'http://mirror.example', path: '/copy' },
            {
              host: 'http://other.example',
              _meta: { filter: [['http_x_user', '==', '8']] },
              compare: { unordered: ['/tags'], headers: { only: ['etag'] } },
            },
          ],
        },
      },
    },
  ],
};

/** `proxy-mirror explain`: reads only the routes file; nothing is started or sent. */
export function explainCommand(runtime: TestServerRuntime): void {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-explain-'));
    file = join(folder, 'routes.json');
    await writeFile(file, JSON.stringify(ROUTES));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = commandLines(runtime, () => folder);
  const explained = (...args: string[]): Promise<Ran> =>
    run(['explain', '--routes', file, ...args]);

  it('prints route, copies and reasons', async () => {
    const asked = ['GET', 'http://shop.example/cart?x=1', '-H', 'x-user: 7'];
    const args = ['explain', '--routes', file, ...asked];
    const { status, stdout } = await resultOf(runtime.launch(folder, { args }));
    expect(status).toBe(0);
    expect(stdout).toContain(
      [
        `file      ${file}`,
        'request   GET /cart of host shop.example from 127.0.0.1',
        'not       route put: it is not for this method',
        'route     all',
        'upstream  http://127.0.0.1:1',
        '          GET http://127.0.0.1:1/cart?x=1',
        '            Host: shop.example',
        '            x-user: 7',
        '            X-Real-IP: 127.0.0.1',
        '            X-Forwarded-For: 127.0.0.1',
        '            X-Forwarded-Proto: http',
        '            X-Forwarded-Host: shop.example',
        '            X-Forwarded-Port: 80',
        'mirror    http://mirror.example: a copy',
        '          GET http://mirror.example/copy?x=1',
        '            Host: shop.example',
        '            x-user: 7',
        '            X-Real-IP: 127.0.0.1',
        '            X-Forwarded-For: 127.0.0.1',
        '            X-Forwarded-Proto: http',
        '            X-Forwarded-Host: shop.example',
        '            X-Forwarded-Port: 80',
        '            x-mirrored-by: <id of the gateway>',
        'compared  no: compare is not set for this mirror',
        'mirror    http://other.example: no copy, filtered: methods or _meta.filter do not let it through',
        '',
      ].join('\n'),
    );
  });

  it('prints what is compared, and what the mirror may be better without', async () => {
    const secret = ['-H', 'x-user: 8', '-H', 'Cookie: sid=1'];
    const { status, stdout } = await explained('DELETE', 'http://shop.example/cart', ...secret);
    expect(status).toBe(0);
    const [, ...mirrors] = stdout.split(/^mirror {4}/m);
    expect(mirrors.map((text) => text.match(/^(?:compared|caution) .*/gm))).toEqual([
      [
        'compared  no: compare is not set for this mirror',
        'caution   The mirror gets a write (DELETE) and may act on it. "methods": ["GET", "HEAD"] in proxy-mirror copies reads alone.',
        'caution   The mirror gets credentials (Cookie). "headers": {"remove": ["cookie"]} in proxy-mirror keeps them back.',
      ],
      [
        'compared  100 % of the copies: status, fields etag, body (by value where both are JSON, else byte by byte, at most 256 KiB), in any order /tags',
        expect.stringContaining('a write'),
        expect.stringContaining('credentials'),
      ],
    ]);
  });

  it('prints the same as JSON', async () => {
    const { status, stdout } = await explained('--json', 'http://shop.example/', '-H', 'x-user: 8');
    expect(status).toBe(0);
    const json = JSON.parse(stdout.slice(stdout.indexOf('{'))) as object;
    expect(json).toMatchObject({ route: 'all', mirrors: [{ copied: 'always' }, { share: 1 }] });
  });

  it('says where the routes are, or would be', async () => {
    const here = join(folder, 'here');
    await mkdir(here);
    const args = ['explain', 'http://127.0.0.1:9080/hello'];
    const { stdout } = await resultOf(runtime.launch(folder, { args, cwd: here }));
    expect(stdout).toContain(
      `file      ${join(await realpath(here), 'routes.json')}, which is not there\nrequest   GET /hello`,
    );
    expect(stdout).toContain('\nroute     none of 0: the client gets 404\n');
  });

  it.each([
    [[], /^proxy-mirror: expected a URL, or a method and a URL, found 0 words/],
    [['shop'], /^proxy-mirror: url: expected a URL/],
    [['/', '-H', 'x'], /^proxy-mirror: -H: expected "name: value", found "x"/],
    [['/', '--typo'], /^proxy-mirror: .*--typo/],
    [['/', '--routes', '/'], /^proxy-mirror: .*expected a regular file/],
  ])('stops at %j', async (args, message) => {
    const { status, stderr } = await explained(...args);
    expect([status, linesOf(stderr)[0]]).toEqual([2, expect.stringMatching(message)]);
  });
}
