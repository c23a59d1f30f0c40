import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { ROOT } from './runtimes/paths.ts';
import { freePort } from './support/ports.ts';
import { line, type Program, run } from './support/process.ts';

/** What `npm run demo` runs: the README's first command. */
let demo: Program;
let curl: string;

beforeAll(async () => {
  demo = run(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'demo', '--port', '0']);
  curl = (await line(demo, /^ {2}curl -i '(http:\S+)' -d 'some text'$/m))[1]!;
});
afterAll(() => demo.signal('SIGKILL'));

it('prints a curl line that works', async () => {
  const response = await fetch(curl, { method: 'POST', body: 'some text' });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('Hello from the upstream: POST /hello?name=you\n');
});

it('shows what the client got and what the mirror got', async () => {
  await line(demo, /^client got {2}POST \/hello\?name=you with "some text": 200 /m);
  await line(demo, /^mirror got {2}POST \/hello\?name=you with "some text": a copy marked \S+$/m);
  await line(demo, /^ {2}outcome {5}sent: 5xx, after \d+ ms$/m);
});

it('ends with Ctrl-C', async () => {
  demo.signal('SIGINT');
  expect(await demo.exited).toBe(0);
});

it('listens on PORT', async () => {
  const port = await freePort();
  const env = { PORT: String(port) };
  const other = run(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'demo'], { env });
  onTestFinished(() => other.signal('SIGKILL'));
  await line(other, new RegExp(`^gateway {3}http://127\\.0\\.0\\.1:${port}$`, 'm'));
});
