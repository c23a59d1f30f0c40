import { NONSENSE } from '../client-endings/states.ts';
import type { Scene } from './scene.ts';

/** How far an exchange has come when the upstream acts. */
export interface State {
  /** What the client has sent, with requests to this path. */
  readonly sent: (path: string) => string;
  /** What the upstream has sent. */
  readonly upstreamSent?: string;
  /** True once the exchange is in this state. The upstream always has at least the request head by then. */
  readonly reached?: (scene: Scene) => boolean;
  /** What the upstream sends as "more than announced". */
  readonly more?: string;
  /** What the upstream sends as garbage. Default: `NONSENSE` */
  readonly nonsense?: string;
  /** What the client sends next. */
  readonly next?: (path: string) => string;
}

const HEAD = '\r\n\r\n';
const SWITCH = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
export const WHOLE = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789';

const get = (path: string, rest = '') => `GET ${path} HTTP/1.1\r\nHost: h\r\n${rest}\r\n`;
const post = (path: string, rest: string) => `POST ${path} HTTP/1.1\r\nHost: h\r\n${rest}`;
const complete = (path: string) => post(path, 'Content-Length: 5\r\n\r\nwhole');
const part = (path: string) => post(path, 'Content-Length: 10\r\n\r\nhalf.');

const halfOfBody = ({ upstream }: Scene) => upstream.got().includes('half.');
const got = (end: string) => (scene: Scene) => scene.client.got().endsWith(end);

export const STATES = {
  'a connection is idle': {
    sent: get,
    upstreamSent: WHOLE,
    reached: got('9'),
    more: WHOLE.replace('200', '201'),
    // A POST, which is never retried: it succeeds only if it goes over another connection.
    next: complete,
  },
  'part of a request has arrived': { sent: part, reached: halfOfBody },
  'a GET has arrived': { sent: get },
  'a POST has arrived': {
    sent: complete,
    reached: ({ upstream }) => upstream.got().endsWith('whole'),
  },
  'a 1xx has been sent': {
    sent: get,
    upstreamSent: 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n',
    reached: got(HEAD),
  },
  'part of a head has been sent': {
    sent: get,
    upstreamSent: 'HTTP/1.1 200 OK\r\nContent-Length: 1',
  },
  'part of a body with a length has been sent': {
    sent: get,
    upstreamSent: 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234',
    reached: got('4'),
    more: `56789${NONSENSE}`,
  },
  'part of a chunked body has been sent': {
    sent: get,
    upstreamSent: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n',
    reached: ({ client }) => client.got().includes('01234'),
    more: `0\r\n\r\n${NONSENSE}`,
  },
  'part of a body that ends at close has been sent': {
    sent: get,
    upstreamSent: 'HTTP/1.1 200 OK\r\n\r\n01234',
    reached: ({ client }) => client.got().includes('01234'),
  },
  'a response has been sent before the upload ends': {
    sent: (path) => post(path, 'Content-Length: 10000000\r\n\r\nhalf.'),
    upstreamSent: 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno.',
    reached: got('no.'),
  },
  'part of a response has been sent before the upload ends': {
    sent: (path) => post(path, 'Content-Length: 10000000\r\n\r\nhalf.'),
    upstreamSent: 'HTTP/1.1 413 Content Too Large\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n',
    reached: ({ client }) => client.got().includes('no'),
    more: `0\r\n\r\n${NONSENSE}`,
  },
  'the connection is a tunnel': {
    sent: (path) => get(path, SWITCH),
    upstreamSent: `HTTP/1.1 101 Switching Protocols\r\n${SWITCH}\r\n`,
    reached: got(HEAD),
  },
} as const satisfies Readonly<Record<string, State>>;

export type StateName = keyof typeof STATES;
