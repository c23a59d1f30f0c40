import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestRuntime } from '../../runtimes/runtime.ts';
import { type Got, type Send, send } from '../../support/client.ts';
import { type SocketOrigin, socketOrigin } from '../../support/socket-origin.ts';
import { can, type Capability } from '../platform.ts';
import type { Line } from '../transparency.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const HEAD_LENGTH = 'Content-Length: 5\r\n';

/** What an upstream sends, and what the client gets. */
interface Exchange {
  readonly method?: 'HEAD';
  readonly sent: string;
  readonly status: number;
  /** Matches the head that the client gets, in lower case. */
  readonly has?: RegExp;
  readonly hasNot?: RegExp;
  readonly needs?: Capability;
}

const hello = (head: string, got: Omit<Exchange, 'sent'>): Exchange => ({
  ...got,
  sent: `${head}\r\nhello`,
});

const WITHOUT_LENGTH = { hasNot: /content-length/ };

const EXCHANGES: Readonly<Record<string, Exchange>> = {
  'lines that end in LF': {
    sent: 'HTTP/1.1 200 OK\nContent-Length: 5\nX-A: 1\n\nhello',
    status: 200,
    has: /\nx-a: 1\r\n/,
  },
  'lines that end in LF or CRLF': {
    sent: 'HTTP/1.1 200 OK\r\nContent-Length: 5\nX-A: 1\r\n\nhello',
    status: 200,
    has: /\nx-a: 1\r\n/,
  },
  'the coding identity': hello(`${OK}Transfer-Encoding: identity\r\n${HEAD_LENGTH}`, {
    status: 200,
    hasNot: /identity/,
  }),
  'the coding identity and no length': hello(`${OK}Transfer-Encoding: Identity\r\n`, {
    status: 200,
    hasNot: /identity/,
  }),
  'identity before another coding': hello(`${OK}Transfer-Encoding: identity, gzip\r\n`, {
    status: 502,
  }),
  ...Object.fromEntries(
    ['foo', '+5', '-5', '0x5', '5 5', '5, 6', '5;', '9999999999999999', ''].flatMap((length) => {
      const head = `Content-Length: ${length}\r\n`;
      const needs = length === '' ? ({ needs: 'oddLengths' } as const) : {};
      return [
        [`the length "${length}"`, hello(OK + head, { status: 502, ...needs })],
        [
          `the length "${length}" in response to HEAD`,
          { method: 'HEAD', sent: `${OK}${head}\r\n`, status: 502, ...needs },
        ],
        [
          `the length "${length}" in a 304`,
          { sent: `HTTP/1.1 304 N\r\n${head}\r\n`, status: 502, needs: 'lengthOf304' },
        ],
        [
          `the length "${length}" in a 204`,
          { sent: `HTTP/1.1 204 N\r\n${head}\r\n`, status: 204, ...WITHOUT_LENGTH },
        ],
      ] as const satisfies readonly (readonly [string, Exchange])[];
    }),
  ),
  'two lengths in response to HEAD': {
    method: 'HEAD',
    sent: `${OK}${HEAD_LENGTH}Content-Length: 6\r\n\r\n`,
    status: 502,
  },
  'a length in a 204': {
    sent: `HTTP/1.1 204 N\r\n${HEAD_LENGTH}\r\n`,
    status: 204,
    ...WITHOUT_LENGTH,
  },
  'one length in a list': hello(`${OK}Content-Length: 5, 5,5\r\n`, {
    status: 200,
    has: /\ncontent-length: 5\r\n/,
    needs: 'oddLengths',
  }),
  'one length in a list in response to HEAD': {
    method: 'HEAD',
    sent: `${OK}Content-Length: 5, 5\r\n\r\n`,
    status: 200,
    has: /\ncontent-length: 5\r\n/,
  },
  'a 426 that asks for another protocol': hello(
    `HTTP/1.1 426 U\r\nUpgrade: TLS/1.0, HTTP/1.1\r\nConnection: close, Upgrade\r\n${HEAD_LENGTH}`,
    {
      status: 426,
      has: /\nupgrade: tls\/1\.0, http\/1\.1\r\nconnection: upgrade(?:, close)?\r\n/,
      needs: 'upgradeOf426',
    },
  ),
  'a status above 599': hello(`HTTP/1.1 999 Odd\r\n${HEAD_LENGTH}`, {
    status: 999,
    needs: 'statusesAbove599',
  }),
};

/** The beginning of a response that then stalls: bytes that can never become a head. */
const HOPELESS: readonly string[] = [
  'SSH-2.0-x\r\n',
  'HTTP/2 200\r\n',
  'HTTP/1.1 20 OK\r\n',
  `${OK}no colon`,
  `${OK}X-A: 1\r\n folded`,
  `${OK}X-A: 1\rX-B: 2`,
];

/** How an upstream may write a response head, and what of it is forwarded. */
export function heads({ name }: TestRuntime, line: () => Line): void {
  let upstream: SocketOrigin;
  const sent = new Map<string, string>();

  beforeAll(async () => {
    upstream = await socketOrigin((socket, text) => {
      socket.write(sent.get(/^\S+ \/heads\/(\d+)/.exec(text)![1]!)!, 'latin1');
      if (!/^stays: open\r/im.test(text)) socket.end();
    });
    const nodes = { [upstream.node]: 1 };
    await line().gateway.put('heads', { uri: '/heads/*', upstream: { nodes } });
  });
  afterAll(() => upstream.close());

  function ask(bytes: string, options: Send = {}): Promise<Got> {
    const id = String(sent.size);
    sent.set(id, bytes);
    return send(line().gateway.url, `/heads/${id}`, { agent: false, ...options });
  }

  const runs = Object.entries(EXCHANGES).filter(
    ([, { needs }]) => needs === undefined || can(name, needs),
  );

  it.each(runs)('%s', async (_, { method = 'GET', sent: bytes, status, has, hasNot }) => {
    const got = await ask(bytes, { method });
    const head = linesOf(got.rawHeaders);
    expect(got.status).toBe(status);
    if (has !== undefined) expect(head).toMatch(has);
    if (hasNot !== undefined) expect(head).not.toMatch(hasNot);
    if (bytes.endsWith('hello') && status !== 502) expect(String(got.body)).toBe('hello');
  });

  if (!can(name, 'refusesHopelessHeads')) return;
  describe('bytes that can never become a head get 502 at once:', () => {
    it.each(HOPELESS)('%j', async (bytes) => {
      expect((await ask(bytes, { headers: { stays: 'open' } })).status).toBe(502);
    });
  });
}

/** Fields as lines in lower case, each after a line end. */
function linesOf(fields: readonly string[]): string {
  let lines = '\n';
  for (let i = 0; i < fields.length; i += 2) lines += `${fields[i]}: ${fields[i + 1]}\r\n`;
  return lines.toLowerCase();
}
