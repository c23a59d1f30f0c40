import type { Scene, Upstream } from './scene.ts';

/** How far an exchange has come when the client acts. */
export interface State {
  /** What the client has sent, with requests to this path. */
  readonly sent: (path: string) => string;
  /** What the upstream has done before. */
  readonly before?: (upstream: Upstream) => void;
  /** True once the exchange is in this state. */
  readonly reached: (scene: Scene) => boolean;
  /** What the client sends as "more than announced". */
  readonly more?: string;
  /** What the client sends as garbage. Default: `NONSENSE` */
  readonly nonsense?: string;
  /** How the upstream responds once it has the complete request. */
  readonly after?: (upstream: Upstream) => void;
  /** How the upstream floods a client that has stopped reading. */
  readonly flood?: (upstream: Upstream) => void;
}

/** Bytes that no request can begin with. */
export const NONSENSE = '\0nonsense\r\n\r\n';

const WHOLE = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789';
const TOO_LARGE = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno.';
const SWITCH = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';

const post = (path: string, rest: string) => `POST ${path} HTTP/1.1\r\nHost: h\r\n${rest}`;
const get = (path: string, rest = '') => `GET ${path} HTTP/1.1\r\nHost: h\r\n${rest}\r\n`;
const HEAD = '\r\n\r\n';
const asked = ({ upstream }: Scene) => upstream.got().includes(HEAD);
const halfOfBody = ({ upstream }: Scene) => upstream.got().includes('half.');

/** More than the socket buffers on the way hold: a reader that stops also stops the sender. */
const FLOOD = 'x'.repeat(32 << 20);
const LARGE = `HTTP/1.1 200 OK\r\nContent-Length: ${FLOOD.length}\r\n\r\n`;

export const STATES = {
  'nothing has been sent': {
    sent: () => '',
    reached: ({ client }) => !client.socket.connecting,
  },
  'part of a head has been sent': {
    sent: (path) => post(path, 'X: '),
    reached: ({ client }) => client.socket.bytesWritten > 0,
  },
  'part of a body with a length has been sent': {
    sent: (path) => post(path, 'Content-Length: 10\r\n\r\nhalf.'),
    reached: halfOfBody,
    more: `rest.${NONSENSE}`,
    after: (upstream) => upstream.send(WHOLE),
  },
  'part of a chunked body has been sent': {
    sent: (path) => post(path, 'Transfer-Encoding: chunked\r\n\r\n5\r\nhalf.\r\n'),
    reached: halfOfBody,
    more: '5\r\nrest.and more\r\n',
  },
  '100 Continue has been sent': {
    sent: (path) => post(path, 'Expect: 100-continue\r\nContent-Length: 5\r\n\r\n'),
    reached: ({ client }) => client.got().includes(' 100 '),
    more: `whole${NONSENSE}`,
    after: (upstream) => upstream.send(WHOLE),
  },
  'a request is complete': {
    sent: (path) => get(path),
    reached: asked,
    after: (upstream) => upstream.send(WHOLE),
    flood: (upstream) => upstream.send(LARGE + FLOOD),
  },
  'part of a response has arrived': {
    sent: (path) => get(path),
    before: (upstream) => upstream.send(`${LARGE}01234`),
    reached: ({ client }) => client.got().endsWith('01234'),
    after: (upstream) => upstream.send(FLOOD.slice(5)),
    flood: (upstream) => upstream.send(FLOOD.slice(5)),
  },
  'a response is complete, little of the upload unsent': {
    sent: (path) => post(path, 'Content-Length: 10\r\n\r\nhalf.'),
    before: (upstream) => upstream.send(TOO_LARGE),
    reached: ({ client }) => client.got().endsWith('no.'),
    nonsense: `rest.${NONSENSE}`,
    more: `rest.${NONSENSE}`,
  },
  'a response is complete, much of the upload unsent': {
    sent: (path) => post(path, 'Content-Length: 10000000\r\n\r\nhalf.'),
    before: (upstream) => upstream.send(TOO_LARGE),
    reached: ({ client }) => client.got().endsWith('no.'),
  },
  'a second request is pipelined': {
    sent: (path) => get(path) + get(path),
    reached: asked,
    after: (upstream) => upstream.send(WHOLE),
    flood: (upstream) => upstream.send(LARGE + FLOOD),
  },
  'all responses are complete': {
    sent: (path) => get(path),
    before: (upstream) => upstream.send(WHOLE),
    reached: ({ client }) => client.got().endsWith('9'),
  },
  'the connection is a tunnel': {
    sent: (path) => get(path, SWITCH),
    before: (upstream) => upstream.send(`HTTP/1.1 101 Switching Protocols\r\n${SWITCH}\r\n`),
    reached: ({ client }) => client.got().endsWith(HEAD),
    flood: (upstream) => upstream.send(FLOOD),
  },
} as const satisfies Readonly<Record<string, State>>;

export type StateName = keyof typeof STATES;
