import { afterAll, beforeAll, describe } from 'vitest';
import { isServer, type TestRuntime } from '../runtimes/runtime.ts';
import { route } from '../support/origin.ts';
import { stage as set, type Stage } from '../support/stage.ts';
import {
  openWebSocket,
  type Peer,
  webSocketOrigin,
  type WebSocketOrigin,
} from '../support/websocket.ts';
import { can } from './platform.ts';
import { accounting } from './websocket/accounting.ts';
import { closing } from './websocket/closing.ts';
import { flow } from './websocket/flow.ts';
import { handshakes } from './websocket/handshakes.ts';
import { messages } from './websocket/messages.ts';
import { carrying } from './websocket/process.ts';
import { raw } from './websocket/raw.ts';
import { timeouts } from './websocket/timeouts.ts';

/** Both ends of a WebSocket through the gateway. */
export interface Pair {
  readonly client: Peer;
  readonly upstream: Peer;
}

export interface WebSockets {
  readonly runtime: TestRuntime;
  readonly stage: Stage;
  /** Echoes messages. */
  readonly upstream: WebSocketOrigin;
  /** Creates a route with a new id to an upstream that accepts WebSockets; returns the id. */
  put(name: string, to: { readonly node: string }, rest?: object): Promise<string>;
  /** Opens a WebSocket through this route to the echoing upstream. */
  connect(id: string): Promise<Pair>;
  /** The same through a new route. */
  open(name: string): Promise<Pair>;
}

/** `enable_websocket`: a WebSocket passes as if the gateway were not there. */
export function webSockets(runtime: TestRuntime): void {
  const stage = set(runtime);
  let upstream: WebSocketOrigin;
  let opened = 0;
  beforeAll(async () => {
    upstream = await webSocketOrigin();
  });
  afterAll(() => upstream.close());

  const sockets: WebSockets = {
    runtime,
    stage,
    get upstream() {
      return upstream;
    },
    async put(name, to, rest = {}) {
      const id = stage.fresh(name);
      const more = { uri: `/${id}`, route: { enable_websocket: true, ...rest } };
      await stage.gateway.put(id, route(to, stage.mirror, more));
      return id;
    },
    async connect(id) {
      // A unique target, by which the two ends find each other.
      const target = `/${id}?${++opened}`;
      const client = await openWebSocket(stage.gateway.url, target);
      const [other] = upstream.peers.filter(({ request }) => request!.url === target);
      return { client, upstream: other! };
    },
    open: async (name) => sockets.connect(await sockets.put(name, upstream)),
  };

  describe('messages', () => messages(sockets));
  describe('handshakes', () => handshakes(sockets));
  describe('closing', () => closing(sockets));
  describe('flow', () => flow(sockets));
  describe('timeouts', () => timeouts(sockets));
  describe('accounting', () => accounting(sockets));
  if (can(runtime.name, 'rawWebSockets')) describe('byte for byte', () => raw(sockets));
  if (isServer(runtime)) describe('many in one process', () => carrying(runtime));
}
