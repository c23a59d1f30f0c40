import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestRuntime } from '../../runtimes/runtime.ts';
import { send } from '../../support/client.ts';
import { logged } from '../../support/log.ts';
import { random, randomBytes } from '../../support/random.ts';
import { type SocketOrigin, socketOrigin } from '../../support/socket-origin.ts';
import { until } from '../../support/until.ts';
import { can } from '../platform.ts';
import type { Line } from '../transparency.ts';
import { chunked } from '../wire/case.ts';
import { exchangeBytes, type Received } from '../wire/client.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';
const TEXT = 'a body of some length, and every byte of it counts. '.repeat(3);
const GZIP = gzipSync(randomBytes(100, random(10))).toString('latin1');

/** Complete responses; each is cut short at every tenth byte. */
const ANSWERS = {
  'with its length': `${OK}Content-Length: ${TEXT.length}\r\n\r\n${TEXT}`,
  'in chunks': `${OK}Transfer-Encoding: chunked\r\n\r\n${chunked(TEXT, [50, 3])}`,
  'compressed, with its length': `${OK}Content-Encoding: gzip\r\nContent-Length: ${GZIP.length}\r\n\r\n${GZIP}`,
} as const;

const ENDS = {
  FIN: (socket: Socket) => void socket.end(),
  RST: (socket: Socket) => void socket.resetAndDestroy(),
} as const;

/** However little is missing of a response, no client takes the rest as complete. */
export function killed({ name }: TestRuntime, line: () => Line): void {
  /** What the upstream sends and how it ends the connection, by path. */
  const scripts = new Map<string, (socket: Socket) => void>();
  let upstream: SocketOrigin;
  beforeAll(async () => {
    upstream = await socketOrigin((socket, text) => scripts.get(text.split(' ')[1]!)?.(socket));
    const to = { uri: '/killed/*', upstream: { nodes: { [upstream.node]: 1 } } };
    await line().gateway.put('killed', to);
  });
  afterAll(() => upstream.close());

  // Workers cannot tell that a client speaks HTTP/1.0.
  it.runIf(name !== 'workers').each(Object.entries(ENDS))(
    'in chunks, by %s: a client of HTTP/1.0, to whom the end of the connection is that of the body, gets a reset',
    async (end, finish) => {
      let breakOff = () => {};
      scripts.set(`/killed/1.0/${end}`, (socket) => {
        socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
        breakOff = () => finish(socket);
      });
      const client = connect(line().gateway.port, '127.0.0.1').setEncoding('latin1');
      const broken = once(client, 'error');
      client.on('data', (text: string) => text.endsWith('hello') && breakOff());
      client.write(`GET /killed/1.0/${end} HTTP/1.0\r\nHost: a\r\n\r\n`);
      const [error] = (await broken) as [NodeJS.ErrnoException];
      expect(error.code).toBe('ECONNRESET');
    },
  );

  const raw = (path: string, progress: (body: string) => void = () => {}) =>
    exchangeBytes(line().gateway.port, `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`, progress);

  it.each(Object.entries(ANSWERS))(
    'at the end of a response %s: it is complete',
    async (_, response) => {
      scripts.set('/killed/whole', (socket) => void socket.end(response, 'latin1'));
      expect(byByte(await raw('/killed/whole'))).toBe('whole');
    },
  );

  for (const [framing, response] of Object.entries(ANSWERS)) {
    // Workers end a chunked body as if it were complete, and compress again in chunks.
    if (framing !== 'with its length' && !can(name, 'brokenChunks')) continue;
    const headEnd = response.indexOf('\r\n\r\n') + 4;
    const lengths = Array.from({ length: Math.ceil(response.length / 10) }, (_, i) => i * 10);
    lengths.push(...[5, 4, 3, 2, 1].map((missing) => response.length - missing));

    it.each(Object.entries(ENDS))(`by %s in a response ${framing}`, async (how, end) => {
      const found = await Promise.all(
        lengths.map(async (length) => {
          const path = `/killed/${how}/${framing.replaceAll(/\W/g, '')}/${length}`;
          scripts.set(path, (socket) => {
            socket.write(response.slice(0, length), 'latin1');
            end(socket);
          });
          const got = await Promise.all([
            raw(path).then(byByte),
            send(line().gateway.url, path, { agent: false }).then(
              ({ status }) => (status === 502 ? '502' : 'whole'),
              () => 'broken',
            ),
          ]);
          return { length, got };
        }),
      );
      expect(found.length).toBeGreaterThan(20);
      // Before the head is complete the client gets 502; a reset may overtake bytes behind the head.
      const wrong = found.filter(({ length, got }) =>
        got.some((one) => one !== '502' && (one !== 'broken' || length < headEnd)),
      );
      expect(wrong).toEqual([]);
      // And the bytes before the end did reach the client.
      if (how === 'FIN') expect(found.some(({ got }) => got.includes('broken'))).toBe(true);
    });
  }

  it('in a response that began is told in the log, of servers, with its node and why', async () => {
    const path = '/killed/logged';
    scripts.set(path, (socket) => void socket.end(`${OK}Content-Length: 9\r\n\r\na part`));
    expect(byByte(await raw(path))).toBe('broken');
    // A line that comes later on every runtime: nobody responds.
    scripts.set(`${path}/next`, (socket) => void socket.end());
    expect(byByte(await raw(`${path}/next`))).toBe('502');
    const linesOf = (of: string) =>
      logged(line().gateway.program).filter(({ properties }) => properties['path'] === of);
    await until(() => linesOf(`${path}/next`).length > 0, 5000, 'a line about the next request');
    const facts = { method: 'GET', path, route: 'killed', node: `http://${upstream.node}` };
    const error = 'response 200 broke off: the server closed the connection';
    expect(linesOf(path).map(({ level, properties }) => ({ level, ...properties }))).toEqual(
      can(name, 'logsBrokenResponses')
        ? [expect.objectContaining({ level: 'ERROR', ...facts, error })]
        : [],
    );
  });

  it.runIf(can(name, 'logsBrokenResponses')).each<[string, string, (socket: Socket) => void]>([
    ['a reset', 'ECONNRESET', ENDS.RST],
    ['a broken chunk', 'not the size of a chunk', (socket) => void socket.write('?')],
  ])('by %s in chunks has a line as well', async (what, error, end) => {
    const path = `/killed/logged/${what.replaceAll(' ', '-')}`;
    let breakOff = () => {};
    scripts.set(path, (socket) => {
      socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n6\r\na part\r\n`);
      breakOff = () => end(socket);
    });
    const got = await raw(path, (body) => {
      if (body === 'a part') breakOff();
    });
    expect(byByte(got)).toBe('broken');
    const told = () =>
      logged(line().gateway.program).find(({ properties }) => properties['path'] === path);
    await until(() => told() !== undefined, 5000, 'the line');
    expect(told()!.properties['error']).toContain(error);
  });

  it.runIf(can(name, 'brokenChunks'))('by RST in a response that ends at close', async () => {
    let reset = () => {};
    scripts.set('/killed/close', (socket) => {
      socket.write(`${OK}\r\na part`, 'latin1');
      reset = () => void socket.resetAndDestroy();
    });
    const got = await raw('/killed/close', (body) => {
      if (body === 'a part') reset();
    });
    expect([got.message?.body, byByte(got)]).toEqual(['a part', 'broken']);
  });
}

function byByte({ message, end }: Received): string {
  if (message === null) return 'nothing';
  if (end === 'cut') return 'broken';
  return / 502 /.test(message.line) ? '502' : 'whole';
}
