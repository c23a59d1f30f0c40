import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { origin } from '../../support/origin.ts';
import { freePort } from '../../support/ports.ts';

/** A mirror that keeps its own account, to compare with the gateway's. */
export interface LoggingMirror {
  readonly url: string;
  /** Targets of the requests that it responded to: receiving a request is not enough. */
  readonly responded: readonly string[];
  /** Changes the mirror's behaviour, depending on its kind. Called repeatedly while requests go on. */
  turn(): Promise<void>;
  close(): Promise<void>;
}

export type MirrorKind = keyof typeof MIRRORS;

export const MIRRORS = {
  /** Responds at once. */
  steady: () => responding((finish) => finish()),
  /** Responds at the next `turn`. */
  holding: async () => {
    const held: (() => void)[] = [];
    const mirror = await responding((finish) => held.push(finish));
    return { ...mirror, turn: async () => held.splice(0).forEach((finish) => finish()) };
  },
  /** Goes down and comes back on the same port, in turns. */
  wavering: async () => {
    const { server, port, ...mirror } = await responding((finish) => finish());
    async function goDown(): Promise<void> {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    }
    async function comeBack(): Promise<void> {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    }
    return { ...mirror, turn: () => (server.listening ? goDown() : comeBack()) };
  },
  /** Nobody listens on the port. */
  absent: async () => ({
    url: `http://127.0.0.1:${await freePort()}`,
    responded: [],
    turn: async () => {},
    close: async () => {},
  }),
} as const satisfies Readonly<Record<string, () => Promise<LoggingMirror>>>;

async function responding(respond: (finish: () => void) => void) {
  const responded: string[] = [];
  const { url, port, server, close } = await origin((request, response: ServerResponse) => {
    // The response counts once the system has all of it; one that is cut off before does not count.
    response.once('finish', () => responded.push(request.url));
    respond(() => response.end('ok'));
  });
  return { url, port, server, responded, turn: async () => {}, close };
}
