import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { sendRaw } from '../support/client.ts';
import type { Origin } from '../support/origin.ts';
import { until } from '../support/until.ts';
import { names } from './cases.ts';
import type { AppServer } from './servers.ts';

/** An app behind the middleware, and the outcomes of its copies. */
export interface Mirrored {
  readonly port: number;
  readonly mirror: Origin;
  /** A unique request id. */
  fresh(place: string): string;
  outcomeOf(id: string): Promise<string>;
}

const INCOMPLETE = 'skipped body_incomplete';

/** A body of ten bytes in two parts, by the field that frames it. */
const PARTS: readonly (readonly [framing: string, one: string, other: string])[] = [
  ['Content-Length: 10', 'abcde', 'fghij'],
  ['Transfer-Encoding: chunked', '5\r\nabcde\r\n', '5\r\nfghij\r\n0\r\n\r\n'],
];

/** A body that can still be copied delays the response for a second; here nothing may come close. */
const WAIT_MS = 900;

/** For a part of a body to come back, on a machine that is busy with other runtimes. */
const PART_MS = 12_000;

/** Clients that send a body late or only in part. */
export function clients(server: AppServer, app: () => Mirrored): void {
  function head(id: string, handler: string, ...fields: readonly string[]): string {
    const at = names.indexOf(handler);
    const path = `/${id.split('-')[0]}/${at === -1 ? handler : at}`;
    return [`POST ${path} HTTP/1.1`, 'Host: a', `X-Request-Id: ${id}`, ...fields, '', ''].join(
      '\r\n',
    );
  }

  function open(text: string) {
    const socket = connect(app().port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    let received = '';
    socket.setEncoding('latin1').on('data', (part: string) => (received += part));
    socket.on('error', () => {});
    socket.write(text);
    return { socket, received: () => received };
  }

  it.each(['text', 'an echo', 'nothing', 'its first chunk, and no more', 'silence'])(
    'one that leaves half-way, with an app that returns: %s',
    async (handler) => {
      const id = app().fresh('mirrored');
      const { socket } = open(`${head(id, handler, 'Content-Length: 100000')}abc`);
      await once(socket, 'connect');
      // The server has the head by then, on a busy machine as well; whether the app has begun does not matter.
      const timer = setTimeout(() => socket.destroy(), 1000);
      expect(await app().outcomeOf(id)).toBe(INCOMPLETE);
      clearTimeout(timer);
    },
  );

  it.each(PARTS)('one that sends the rest after the response: %s', async (framing, one) => {
    const id = app().fresh('mirrored');
    const { status } = await sendRaw(app().port, head(id, 'nothing', framing), one);
    expect(status).toBe(200);
    expect(await app().outcomeOf(id)).toBe(INCOMPLETE);
  });

  it('one that announces more than max_body_size gets its response before it sends it', async () => {
    const head600 = (id: string) => head(id, 'nothing', 'Content-Length: 600000');
    let fastest = Infinity;
    // On a busy machine one try may be slow for another reason.
    for (let tries = 0; tries < 5 && fastest >= WAIT_MS; tries++) {
      const id = app().fresh('mirrored');
      const began = performance.now();
      const { status } = await sendRaw(app().port, head600(id), 'a');
      fastest = Math.min(fastest, performance.now() - began);
      expect(status).toBe(200);
      expect(await app().outcomeOf(id)).toBe('skipped body_too_large');
    }
    expect(fastest).toBeLessThan(WAIT_MS);
  });

  it('one that expects 100 Continue and does not get it', async () => {
    const fields = ['Content-Length: 10', 'Expect: 100-continue'];
    const [plain, mirrored] = [app().fresh('plain'), app().fresh('mirrored')];
    const expected = await sendRaw(app().port, head(plain, 'nothing', ...fields));
    const { status, interim } = await sendRaw(app().port, head(mirrored, 'nothing', ...fields));
    expect({ status, interim }).toEqual({ status: 200, interim: expected.interim });
    expect(await app().outcomeOf(mirrored)).toBe(INCOMPLETE);
  });

  it('one that expects 100 Continue and gets it; the copy has no Expect', async () => {
    const id = app().fresh('mirrored');
    const fields = ['Content-Length: 5', 'Expect: 100-continue', 'Connection: close'];
    const { status } = await sendRaw(app().port, head(id, 'text', ...fields), 'abcde');
    expect(status).toBe(200);
    expect(await app().outcomeOf(id)).toBe('sent 2xx');
    const copy = app().mirror.seen.find(({ headers }) => headers['x-request-id'] === id)!;
    expect([copy.headers.expect, copy.body.toString()]).toEqual([undefined, 'abcde']);
  });

  const ECHOES = ['read chunk by chunk, late, in a stream', ...(server.pumps ? [] : ['an echo'])];
  const EACH_PART = ECHOES.flatMap((handler) =>
    PARTS.flatMap((parts) =>
      ['mirrored', 'compared'].map((place) => [place, handler, ...parts] as const),
    ),
  );
  it.each(EACH_PART)(
    'one that waits for each part to come back, %s: %s: %s',
    async (place, handler, framing, one, other) => {
      const id = app().fresh(place);
      const { socket, received } = open(head(id, handler, framing) + one);
      await until(() => received().includes('abcde'), PART_MS, 'the first part');
      socket.write(other);
      await until(() => received().includes('fghij'), PART_MS, 'the second');
      expect(await app().outcomeOf(id)).toBe('sent 2xx');
    },
  );
}
