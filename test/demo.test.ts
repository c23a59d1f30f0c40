import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Report } from '../src/compare/report/report.ts';
import { ROOT } from './runtimes/paths.ts';
import { freePort } from './support/ports.ts';
import { line, type Program, run } from './support/process.ts';
import { until } from './support/until.ts';

const MAIN = join(ROOT, 'dist/cli/main.js');

/** What `npm run demo` runs: the README's first command. */
let demo: Program;
let curl: string;

beforeAll(async () => {
  demo = run(process.execPath, [MAIN, 'demo', '--port', '0']);
  curl = (await line(demo, /^ {2}curl -i '(http:\S+)'$/m))[1]!;
});
afterAll(() => demo.signal('SIGKILL'));

async function baselinesOf(path: string): Promise<number> {
  const response = await fetch(new URL('/apisix/admin/report', curl));
  const { mirrors } = (await response.json()) as Report;
  return mirrors[0]?.endpoints.find((endpoint) => endpoint.path === path)?.baselines ?? 0;
}

it('prints a curl line that works', async () => {
  const response = await fetch(curl);
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'application/json',
  ]);
  expect(await response.json()).toMatchObject({ hello: 'you', price: 9.5, currency: 'EUR' });
});

it('shows what the client got, what the mirror got, and where the responses differ', async () => {
  await line(demo, /^client got {2}GET \/hello\?name=you: 200 \{"hello":"you",/m);
  await line(demo, /^mirror got {2}GET \/hello\?name=you: a copy marked \S+$/m);
  await line(demo, /^outcome {5}GET \/hello\?name=you: sent, 2xx, after \d+ ms$/m);
  await line(
    demo,
    /^compared {4}GET \/hello\?name=you:\n(?: {2}differs .*\n)* {2}differs {3}\/price: type, 9\.5 -> "9\.50"$/m,
  );
  await line(demo, /^ {2}differs {3}\/currency: missing, "EUR" -> nothing$/m);
  expect(demo.stdout()).not.toMatch(/differs {3}status/);
});

it('prints a line for the report that works', async () => {
  const [, url] = await line(demo, /^ {2}npm start -- report --url (http:\S+)$/m);
  const report = run(process.execPath, [MAIN, 'report', '--url', url!]);
  expect(await report.exited).toBe(0);
});

it('keeps to the loopback whatever HOST and ADMIN_KEY are, and says so', async () => {
  const env = { HOST: '0.0.0.0', ADMIN_KEY: 'key' };
  const other = run(process.execPath, [MAIN, 'demo', '--port', '0'], { env });
  onTestFinished(() => other.signal('SIGKILL'));
  const [, port] = await line(other, /^ {2}ssh -L (\d+):127\.0\.0\.1:\d+ HOST$/m);
  expect(other.stdout()).toContain('it listens on the loopback only');
  expect((await fetch(`http://127.0.0.1:${port}/apisix/admin/report`)).status).toBe(200);
  await expect(fetch(`http://127.0.0.2:${port}/`)).rejects.toThrow();
});

it('prints the address of the page', async () => {
  const [, page] = await line(demo, /^page {6}(http:\S+\/apisix\/ui) /m);
  const response = await fetch(page!);
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/html; charset=utf-8',
  ]);
});

it('shows the body of a request', async () => {
  await fetch(curl, { method: 'POST', body: 'some text' });
  await line(demo, /^client got {2}POST \/hello\?name=you with "some text": 200 /m);
  await line(demo, /^mirror got {2}POST \/hello\?name=you with "some text": a copy marked \S+$/m);
});

it('ends with Ctrl-C, and prints the report: the faults, a 500 among them, and no noise', async () => {
  const items = curl.replace(/\/hello.*/, '/items/');
  for (let i = 0; i < 10; i += 1) await (await fetch(`${items}${i}`)).text();
  // Copies that are under way when it ends are in the report; baselines are awaited for the noise.
  await until(async () => (await baselinesOf('/items/{n}')) === 10);
  demo.signal('SIGINT');
  expect(await demo.exited).toBe(0);
  const report = demo.stdout().slice(demo.stdout().lastIndexOf('\nroute 1 -> '));
  expect(report).toMatch(/\n {2}12 of 12 pairs differ: 100 %/);
  expect(report).toContain('12 copies sent\n');
  const [, endpoint] = /(\n {2}GET \/items\/\{n\}: 10 of 10[^]*?)(?:\n\n|$)/.exec(report)!;
  const places = Array.from(endpoint!.matchAll(/^ {4}(\S+) {2}(\w+) {2}\d/gm), ([, ...of]) => of);
  expect(places.toSorted()).toEqual([
    ['/currency', 'missing'],
    ['/money', 'extra'],
    ['/price', 'type'],
    ['status', 'value'],
  ]);
  // By how many pairs show them: the clocks of both versions may agree.
  expect(endpoint).toMatch(/ {4}noise: (?:\/trace, \/time|\/time, \/trace)$/m);
});

it('describes few of many requests at once', async () => {
  const other = run(process.execPath, [MAIN, 'demo', '--port', '0']);
  onTestFinished(() => other.signal('SIGKILL'));
  const [, url] = await line(other, /^ {2}curl -i '(http:\S+)'$/m);
  await Promise.all(Array.from({ length: 30 }, () => fetch(url!)));
  await line(other, /^and more {4}requests, too many at once to describe each/m);
  await line(other, /^ {2}differs {3}\/price/m);
  // The first three of a second; and who knows whether thirty requests take two seconds.
  expect(other.stdout().match(/^client got /gm)!.length).toBeLessThan(13);
});

it('says at its end that there was nothing to report', async () => {
  const other = run(process.execPath, [MAIN, 'demo', '--port', '0']);
  onTestFinished(() => other.signal('SIGKILL'));
  await line(other, /^gateway {3}http:/m);
  other.signal('SIGTERM');
  expect(await other.exited).toBe(0);
  expect(other.stdout()).toMatch(/\nno request came, so there is nothing to report\n$/);
});

it('listens on PORT', async () => {
  const port = await freePort();
  const env = { PORT: String(port) };
  const other = run(process.execPath, [MAIN, 'demo'], { env });
  onTestFinished(() => other.signal('SIGKILL'));
  await line(other, new RegExp(`^gateway {3}http://127\\.0\\.0\\.1:${port}$`, 'm'));
});
