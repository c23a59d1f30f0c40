import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestServerRuntime } from '../runtimes/runtime.ts';
import { send } from '../support/client.ts';
import { line, type Program } from '../support/process.ts';
import { until } from '../support/until.ts';

const count = (text: string, what: string) => text.split(what).length - 1;

/** What an app of the user's own learns of a client by `request.signal`. */
export function ownApp(runtime: TestServerRuntime): void {
  let program: Program;
  let port: number;
  beforeAll(async () => {
    program = runtime.script(new URL('../support/own-app.mjs', import.meta.url));
    port = Number((await line(program, /^port (\d+)$/m))[1]);
  });
  afterAll(async () => {
    program.signal('SIGKILL');
    await program.exited;
  });
  const said = (what: string) => count(program.stdout(), what);

  it.each([
    ['before its answer', '/wait', 'left while waiting', () => said('waits')],
    ['in the middle of it', '/stream', 'left while reading', null],
  ])('a client that leaves %s is told of', async (_, target, expected, waiting) => {
    const [before, waited] = [said(expected), waiting?.() ?? 0];
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
    if (waiting === null) await once(socket, 'data');
    else await until(() => waiting() > waited, 5000, 'the app to wait');
    expect(said(expected)).toBe(before);
    socket.destroy();
    await until(() => said(expected) > before, 5000, 'the app to be told');
    expect(said(expected)).toBe(before + 1);
  });

  it('one that has its answer and leaves then is not', async () => {
    const options = { method: 'POST', body: 'body', agent: false } as const;
    const got = await send(`http://127.0.0.1:${port}`, '/whole', options);
    expect(got.body.toString()).toBe('body');
    // Long gone by the time that another is noticed.
    const socket = connect(port, '127.0.0.1');
    const before = said('left while reading');
    socket.write('GET /stream HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
    await until(() => said('left while reading') > before, 5000, 'the other to be noticed');
    expect(said('left, it says')).toBe(0);
  });
}
