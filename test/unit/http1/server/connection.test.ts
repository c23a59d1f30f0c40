import { describe, expect, it } from 'vitest';
import { receive } from '../../../../src/runtime/received.ts';
import { standsStill, turns } from '../../../support/turns.ts';
import { until } from '../../../support/until.ts';
import { client, gate } from './gate.ts';

const get = (target: string, fields = '') => `GET ${target} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
const HOLD = new Promise<never>(() => {});
const path = ({ url }: Request) => new URL(url).pathname;

describe('requests on one connection', () => {
  it('that come together are answered one at a time, in their order', async () => {
    let underWay = 0;
    let most = 0;
    const { text, write, sees } = client(
      await gate(async (request) => {
        most = Math.max(most, ++underWay);
        // The later, the sooner.
        await turns(path(request) === '/1' ? 100 : 0);
        underWay--;
        return new Response(path(request));
      }),
    );
    write(['/1', '/2', '/3'].map((target) => get(target)).join(''));
    await sees('/3');
    expect(text().match(/(?<=\r\n)\/\d/g)).toEqual(['/1', '/2', '/3']);
    expect(most).toBe(1);
  });

  it('a thousand that come together', async () => {
    const { text, write, sees } = client(await gate((request) => new Response(path(request))));
    write(Array.from({ length: 1000 }, (_, i) => get(`/${i}`)).join(''));
    await sees('/999');
    expect(text().match(/HTTP\/1\.1 200 OK/g)!.length).toBe(1000);
  });

  it('one that breaks the rules is answered and is the last', async () => {
    let count = 0;
    const { text, write, ended } = client(await gate(() => new Response(`answer ${++count}`)));
    write(`${get('/')}GET / HTTP/1.1\r\nHost : a\r\n\r\n${get('/smuggled')}`);
    await until(ended, 5000, 'the end');
    expect(text()).toMatch(
      /answer 1[^]*HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/json\r\n/,
    );
    expect(text()).toMatch(/Connection: close\r\n\r\n\{"error_msg":"400 Bad Request"\}\n$/);
    expect(count).toBe(1);
  });

  it.each([
    ['HTTP/1.1', 'Connection: close', 'Connection: close', true],
    ['HTTP/1.1', 'X: 1', 'HTTP/1.1 200 OK\r\ncontent', false],
    ['HTTP/1.0', 'X: 1', 'Connection: close', true],
    ['HTTP/1.0', 'Connection: keep-alive', 'Connection: keep-alive', false],
  ])('%s with %s', async (version, field, expected, closes) => {
    const answer = () => new Response('whole', { headers: { 'content-length': '5' } });
    const { write, sees, text, ended } = client(await gate(answer));
    write(`GET / ${version}\r\nHost: a\r\n${field}\r\n\r\n`);
    await sees('whole');
    expect(text()).toContain(expected);
    if (closes) return until(ended, 5000);
    write(get('/', 'Connection: close\r\n'));
    await until(() => text().split('whole').length === 3, 5000, 'the next answer');
  });
});

describe('a body', () => {
  const post = (fields: string) => `POST / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;

  it('is invited when it is wanted', async () => {
    const { write, sees, text } = client(
      await gate(async (request) => new Response(`got ${await request.text()}`)),
    );
    write(post('Content-Length: 4\r\nExpect: 100-continue\r\n'));
    await sees('HTTP/1.1 100 Continue\r\n\r\n');
    write('body');
    await sees('got body');
    expect(text().match(/HTTP\/1\.1 100/g)!.length).toBe(1);
  });

  it('is not invited when it is not', async () => {
    const { write, ended, text } = client(await gate(() => new Response('no', { status: 413 })));
    write(post('Content-Length: 4\r\nExpect: 100-continue\r\n'));
    await until(ended, 5000);
    expect(text()).toMatch(/^HTTP\/1\.1 413 /);
    expect(text()).toContain('Connection: close');
  });

  it('that is there and empty keeps no client waiting for an invitation, nor its next request', async () => {
    const { write, sees, text } = client(await gate((request) => new Response(path(request))));
    write(
      `${post('Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n')}0\r\n\r\n${get('/next')}`,
    );
    await sees('/next');
    expect(text()).not.toContain('HTTP/1.1 100');
  });

  it('that nobody reads is skipped when it is short', async () => {
    const { write, sees } = client(await gate((request) => new Response(`${path(request)}.`)));
    write(post('Content-Length: 60000\r\n'));
    await sees('/.');
    write('x'.repeat(60_000) + get('/next'));
    await sees('/next.');
  });

  it('that nobody reads ends the connection when it is long, and the answer arrives', async () => {
    const { write, text, ended, socket } = client(await gate(() => new Response('no thanks')));
    write(post('Content-Length: 10000000\r\n'));
    for (let i = 0; i < 100; i++) write('x'.repeat(100_000));
    await until(ended, 5000);
    expect(text()).toContain('no thanks');
    expect(text()).toContain('Connection: close');
    expect(socket.errored).toBe(null);
  });

  it('waits in the client until somebody reads it', async () => {
    let read!: () => void;
    const reading = new Promise<void>((resolve) => (read = resolve));
    const { socket, write, sees } = client(
      await gate(async (request) => {
        await reading;
        const { upload } = receive(request);
        const source = upload!.reader();
        let size = 0;
        for (let part = await source.read(); part !== null; part = await source.read())
          size += part.byteLength;
        return new Response(`got ${size}.`);
      }),
    );
    write(post('Content-Length: 50000000\r\n'));
    socket.write(Buffer.alloc(50_000_000));
    // What the system takes for both sides, and no more.
    const taken = () => socket.bytesWritten - socket.writableLength;
    await standsStill(taken);
    expect(taken()).toBeLessThan(20_000_000);
    read();
    await sees('got 50000000.');
  });

  it('that breaks the rules ends what was under way', async () => {
    let failed: unknown;
    let asked = false;
    const { write, text, ended } = client(
      await gate(async (request) => {
        asked = true;
        await request.text().catch((error: unknown) => (failed = error));
        return new Response('too late');
      }),
    );
    write(post('Transfer-Encoding: chunked\r\n'));
    write('3\r\nabc\r\n');
    await until(() => asked, 5000);
    write('nonsense\r\n');
    await until(ended, 5000);
    expect(text()).toMatch(/^HTTP\/1\.1 400 [^]*"400 Bad Request"\}\n$/);
    expect(failed).toBeInstanceOf(Error);
  });

  it('of a HEAD that breaks the rules gets none in return', async () => {
    const { write, text, ended } = client(await gate(() => HOLD));
    write('HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n');
    await until(ended, 5000);
    expect(text()).toMatch(/^HTTP\/1\.1 400 [^]*Connection: close\r\n\r\n$/);
  });
});

describe('a client that leaves', () => {
  it.each(['closes', 'resets'])('and %s is noticed at once', async (how) => {
    let gone = false;
    let asked = false;
    const { write, socket } = client(
      await gate((request) => {
        asked = true;
        receive(request).onGone(() => (gone = true));
        return HOLD;
      }),
    );
    write(get('/'));
    await until(() => asked, 5000);
    if (how === 'closes') socket.destroy();
    else socket.resetAndDestroy();
    await until(() => gone, 5000, 'it to be noticed');
  });

  it('is asked nothing more, whatever it sent along with the last request', async () => {
    const asked: string[] = [];
    const listening = await gate((request) => {
      asked.push(path(request));
      // Here as after a reset: the socket is destroyed now, and closes in a turn to come.
      listening.kill();
      return new Response(null);
    });
    const { write, ended } = client(listening);
    write(get('/1') + get('/2'));
    await until(ended, 5000, 'the end');
    expect(asked).toEqual(['/1']);
  });

  it('breaks its body off for the reader', async () => {
    let asked = false;
    let failed: unknown;
    const { write, socket } = client(
      await gate((request) => {
        asked = true;
        request.text().catch((error: unknown) => (failed = error));
        return HOLD;
      }),
    );
    write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo');
    await until(() => asked, 5000);
    socket.destroy();
    await until(() => failed instanceof Error, 5000, 'the read to fail');
  });

  it('frees the answer that it did not wait for', async () => {
    let cancelled = false;
    const { write, sees, socket } = client(
      await gate(
        () =>
          new Response(
            new ReadableStream({
              async pull(controller) {
                await turns(1);
                controller.enqueue(new TextEncoder().encode('on and on'));
              },
              cancel: () => void (cancelled = true),
            }),
          ),
      ),
    );
    write(get('/'));
    await sees('on and on');
    socket.destroy();
    await until(() => cancelled, 5000, 'the stream to be cancelled');
  });
});

describe('stopping', () => {
  it('closes idle connections, and others when they are answered', async () => {
    let answer!: (response: Response) => void;
    const listening = await gate((request) =>
      path(request) === '/slow'
        ? new Promise<Response>((resolve) => (answer = resolve))
        : new Response('.'),
    );
    const [unused, idle, busy] = [client(listening), client(listening), client(listening)];
    idle.write(get('/'));
    busy.write(get('/slow'));
    await idle.sees('200 OK');
    await until(() => answer !== undefined, 5000);
    let stopped = false;
    void listening.stop().then(() => (stopped = true));
    await until(() => unused.ended() && idle.ended(), 5000, 'idle connections to be closed');
    expect([busy.ended(), stopped]).toEqual([false, false]);
    answer(new Response('late'));
    await busy.sees('late');
    expect(busy.text()).toContain('Connection: close');
    busy.socket.end();
    await until(() => stopped, 5000, 'the end');
  });
});
