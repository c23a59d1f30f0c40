import type { Scene, Upstream } from './scene.ts';

/** How far an exchange has come when its client does what it does. */
export interface State {
  /** What the client has sent, of requests to this path. */
  readonly sent: (path: string) => string;
  /** What the upstream does before. */
  readonly before?: (upstream: Upstream) => void;
  /** True when it has come that far. */
  readonly reached: (scene: Scene) => boolean;
  /** What the client sends when it sends more than it announced. */
  readonly more?: string;
  /** What it sends when it sends nonsense, where that is not `NONSENSE`. */
  readonly nonsense?: string;
  /** How the upstream answers once it has got all of the request. */
  readonly after?: (upstream: Upstream) => void;
  /** How it answers a client that does not read, where there is something to read. */
  readonly flood?: (upstream: Upstream) => void;
}

/** Nothing that a request could begin with. */
export const NONSENSE = '\0nonsense\r\n\r\n';

const WHOLE = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789';
const TOO_LARGE = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno.';
const SWITCH = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';

const post = (path: string, rest: string) => `POST ${path} HTTP/1.1\r\nHost: h\r\n${rest}`;
const get = (path: string, rest = '') => `GET ${path} HTTP/1.1\r\nHost: h\r\n${rest}\r\n`;
const HEAD = '\r\n\r\n';
const asked = ({ upstream }: Scene) => upstream.got().includes(HEAD);
const halfOfBody = ({ upstream }: Scene) => upstream.got().includes('half.');

/** More than the system holds between two ends: whoever does not read it stops who sends it. */
const FLOOD = 'x'.repeat(32 << 20);
const LARGE = `HTTP/1.1 200 OK\r\nContent-Length: ${FLOOD.length}\r\n\r\n`;

export const STATES = {
  'nothing is sent': {
    sent: () => '',
    reached: ({ client }) => !client.socket.connecting,
  },
  'a head is sent in part': {
    sent: (path) => post(path, 'X: '),
    reached: ({ client }) => client.socket.bytesWritten > 0,
  },
  'a body is sent in part, by its length': {
    sent: (path) => post(path, 'Content-Length: 10\r\n\r\nhalf.'),
    reached: halfOfBody,
    more: `rest.${NONSENSE}`,
    after: (upstream) => upstream.answer(WHOLE),
  },
  'a body is sent in part, in chunks': {
    sent: (path) => post(path, 'Transfer-Encoding: chunked\r\n\r\n5\r\nhalf.\r\n'),
    reached: halfOfBody,
    more: '5\r\nrest.and more\r\n',
  },
  'a body is asked for by 100': {
    sent: (path) => post(path, 'Expect: 100-continue\r\nContent-Length: 5\r\n\r\n'),
    reached: ({ client }) => client.got().includes(' 100 '),
    more: `whole${NONSENSE}`,
    after: (upstream) => upstream.answer(WHOLE),
  },
  'a request is whole': {
    sent: (path) => get(path),
    reached: asked,
    after: (upstream) => upstream.answer(WHOLE),
    flood: (upstream) => upstream.answer(LARGE + FLOOD),
  },
  'an answer has come in part': {
    sent: (path) => get(path),
    before: (upstream) => upstream.answer(`${LARGE}01234`),
    reached: ({ client }) => client.got().endsWith('01234'),
    after: (upstream) => upstream.answer(FLOOD.slice(5)),
    flood: (upstream) => upstream.answer(FLOOD.slice(5)),
  },
  'an answer is whole, and little of the body unsent': {
    sent: (path) => post(path, 'Content-Length: 10\r\n\r\nhalf.'),
    before: (upstream) => upstream.answer(TOO_LARGE),
    reached: ({ client }) => client.got().endsWith('no.'),
    nonsense: `rest.${NONSENSE}`,
    more: `rest.${NONSENSE}`,
  },
  'an answer is whole, and much of the body unsent': {
    sent: (path) => post(path, 'Content-Length: 10000000\r\n\r\nhalf.'),
    before: (upstream) => upstream.answer(TOO_LARGE),
    reached: ({ client }) => client.got().endsWith('no.'),
  },
  'another request is sent behind': {
    sent: (path) => get(path) + get(path),
    reached: asked,
    after: (upstream) => upstream.answer(WHOLE),
    flood: (upstream) => upstream.answer(LARGE + FLOOD),
  },
  'all requests are answered': {
    sent: (path) => get(path),
    before: (upstream) => upstream.answer(WHOLE),
    reached: ({ client }) => client.got().endsWith('9'),
  },
  'it is a tunnel': {
    sent: (path) => get(path, SWITCH),
    before: (upstream) => upstream.answer(`HTTP/1.1 101 Switching Protocols\r\n${SWITCH}\r\n`),
    reached: ({ client }) => client.got().endsWith(HEAD),
    flood: (upstream) => upstream.answer(FLOOD),
  },
} as const satisfies Readonly<Record<string, State>>;

export type StateName = keyof typeof STATES;
