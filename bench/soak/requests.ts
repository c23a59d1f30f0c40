import { createHash } from 'node:crypto';
import { type Agent, type ClientRequest, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { send, type Send } from '../../test/support/client.ts';
import { randomBytes } from '../../test/support/random.ts';
import { expectedResponse } from './upstream.ts';

/** What a request needs. */
export interface Client {
  readonly url: string;
  readonly agent: Agent;
  /** Draws numbers in [0, 1). */
  readonly next: () => number;
}

export interface Kind {
  /** Share of all requests, in per cent. */
  readonly weight: number;
  /** Sends one request to a target without a query. Resolves with what was wrong, or `null`. */
  send(client: Client, target: string): Promise<string | null>;
  /** The client leaves without waiting for a response. */
  readonly aborts?: true;
}

const KIB = 1024;

export const KINDS: readonly Kind[] = [
  {
    weight: 50,
    send: (client, target) => asWithoutMirrors(client, `${target}?user=${user(client)}`),
  },
  {
    weight: 10,
    send: (client, target) =>
      asWithoutMirrors(client, `${target}?size=${below(client, 256 * KIB)}`),
  },
  { weight: 20, send: (client, target) => asWithoutMirrors(client, target, post(client, 2 * KIB)) },
  {
    weight: 10,
    send: (client, target) =>
      asWithoutMirrors(client, target, {
        ...post(client, 200 * KIB),
        chunks: 1 + below(client, 64 * KIB),
      }),
  },
  {
    weight: 2,
    send: (client, target) =>
      asWithoutMirrors(client, target, { method: 'POST', body: Buffer.alloc(1024 * KIB, 'm') }),
  },
  { weight: 4, aborts: true, send: leaveInUpload },
  { weight: 4, aborts: true, send: leaveBeforeResponse },
];

function below({ next }: Client, limit: number): number {
  return Math.floor(next() * limit);
}

function user(client: Client): string {
  return `u${below(client, 100)}`;
}

function post(client: Client, limit: number): Send & { body: Buffer } {
  return { method: 'POST', body: randomBytes(below(client, limit), client.next) };
}

/** A request whose response must be the same as without mirrors. */
async function asWithoutMirrors(
  { url, agent }: Client,
  target: string,
  options: Send = {},
): Promise<string | null> {
  const method = options.method ?? 'GET';
  const expected = expectedResponse(
    method,
    target,
    createHash('sha256').update(options.body ?? ''),
  );
  try {
    const { status, body } = await send(url, target, { ...options, agent });
    if (status === 200 && body.equals(expected)) return null;
    return `${method} ${target}: expected 200 and ${expected.length} bytes, found ${status} and ${body.length}: ${body.toString('latin1', 0, 100)}`;
  } catch (error) {
    return `${method} ${target}: ${String(error)}`;
  }
}

/** Leaves once half of the body has been written. */
function leaveInUpload({ url, next }: Client, target: string): Promise<null> {
  const half = randomBytes(1 + Math.floor(next() * 64 * KIB), next);
  const { port, hostname, host } = new URL(url);
  return new Promise((resolve) => {
    const head = `POST ${target} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${2 * half.length}\r\n\r\n`;
    const socket = connect(Number(port), hostname, () => {
      socket.write(head);
      socket.write(half, () => socket.destroy());
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(null));
  });
}

/** Leaves while the upstream delays its response. */
function leaveBeforeResponse({ url, next }: Client, target: string): Promise<null> {
  return new Promise((resolve) => {
    const request: ClientRequest = httpRequest(`${url}${target}?delay=500`, { agent: false });
    const leave = setTimeout(() => request.destroy(), next() * 100);
    request.on('error', () => {});
    request.on('close', () => {
      clearTimeout(leave);
      resolve(null);
    });
    request.end();
  });
}
