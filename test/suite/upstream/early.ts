import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createSecureServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../../runtimes/runtime.ts';
import { authority, type Certified } from '../../support/certificate.ts';
import { origin, type Origin, route } from '../../support/origin.ts';
import { settled } from '../../support/outcomes.ts';

const TRIES = 20;

/** A direct client gets all responses; on a busy machine a reset may still overtake a response. */
const ENOUGH = 18;

/** Bytes of an upload: more than socket buffers hold. */
const SIZE_BYTES = 2_000_000;

/** A response that a server sends before it has read the body, and what the server does then. */
interface Early {
  readonly status: number;
  readonly fields: string;
  readonly body: string;
  readonly after: (socket: Socket) => void;
}

const LENGTH = { fields: 'Content-Length: 7\r\n', body: 'refused' };
const CHUNKS = {
  fields: 'Transfer-Encoding: chunked\r\n',
  body: '3\r\nref\r\n4\r\nused\r\n0\r\n\r\n',
};
const CLOSE = 'Connection: close\r\n';

/** Closes with the body unread: the system resets the connection when more arrives. */
const reset = (socket: Socket) => void socket.destroy();
/** Half-closes, and reads on. */
const finish = (socket: Socket) => void socket.end().resume();

const KINDS: Readonly<Record<string, Early>> = {
  '413 with a length, reset': { status: 413, ...LENGTH, after: reset },
  '413 in chunks, reset': { status: 413, ...CHUNKS, after: reset },
  '401 with a length and Connection: close, reset': {
    status: 401,
    fields: CLOSE + LENGTH.fields,
    body: LENGTH.body,
    after: reset,
  },
  '401 in chunks and Connection: close, reset': {
    status: 401,
    fields: CLOSE + CHUNKS.fields,
    body: CHUNKS.body,
    after: reset,
  },
  '413 with a length, reset a while later': {
    status: 413,
    ...LENGTH,
    after: (socket) => void setTimeout(reset, 30, socket),
  },
  '413 with a length, closed on one side': { status: 413, ...LENGTH, after: finish },
  '401 in chunks and Connection: close, closed on one side': {
    status: 401,
    fields: CLOSE + CHUNKS.fields,
    body: CHUNKS.body,
    after: finish,
  },
  '413 with a length, and the rest read': {
    status: 413,
    ...LENGTH,
    after: (socket) => void socket.resume(),
  },
};

interface EarlyOrigin {
  response: Early;
  readonly node: string;
  requests: number;
  close(): void;
}

/** @param tls default: none */
async function earlyOrigin(response: Early, tls: Certified | null = null): Promise<EarlyOrigin> {
  const open = new Set<Socket>();
  const listener = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    socket.once('data', () => {
      socket.pause();
      one.requests++;
      const { status, fields, body, after } = one.response;
      socket.write(`HTTP/1.1 ${status} No\r\n${fields}\r\n${body}`, () => after(socket));
    });
  };
  // Without noDelay the system would hold the response back until the session tickets before it are acknowledged, and
  // drop it with the reset.
  const server: Server =
    tls === null ? createServer(listener) : createSecureServer({ ...tls, noDelay: true }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const one: EarlyOrigin = {
    response,
    node: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: 0,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
  return one;
}

/** Sends all of a body before it reads, like simple clients. Resolves with status and body of the response. */
function upload(port: number, target: string, chunked: boolean): Promise<string> {
  const framing = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${SIZE_BYTES}`;
  const body = Buffer.alloc(SIZE_BYTES, 'x');
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part;
      const match = /^HTTP\/1\.1 (\d+)[^]*?\r\n\r\n([^]*)$/.exec(text);
      const got = match?.[2]!.replaceAll(/^[\da-f]+\r\n|\r\n(?:[\da-f]+\r\n(?:\r\n)?)?/gim, '');
      if (got !== 'refused' && !got?.includes('\n')) return;
      resolve(`${match![1]} ${got}`);
      socket.destroy();
    });
    socket.write(`POST ${target} HTTP/1.1\r\nHost: h\r\n${framing}\r\n\r\n`);
    if (!chunked) return void socket.write(body);
    for (let at = 0; at < SIZE_BYTES; at += 50_000)
      socket.write(`c350\r\n${body.toString('latin1', at, at + 50_000)}\r\n`, 'latin1');
    socket.write('0\r\n\r\n');
  });
}

/** Sends a long body, and resolves with all that arrives up to the last chunk or the end. */
function responseTo(port: number, target: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    for (const over of ['end', 'close']) socket.on(over, () => resolve(text));
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part;
      // The gateway may keep the connection: all of the upload may have arrived by then.
      if (text.endsWith('\r\n0\r\n\r\n')) socket.destroy();
    });
    socket.write(`POST ${target} HTTP/1.1\r\nHost: h\r\nContent-Length: ${SIZE_BYTES}\r\n\r\n`);
    socket.write(Buffer.alloc(SIZE_BYTES, 'x'));
  });
}

/** The response to an upload that its server does not want arrives, whatever happens to the connection. */
export function early(runtime: TestServerRuntime): void {
  let gateway: GatewayProcess;
  let plain: Origin;
  let server: EarlyOrigin;
  let secure: EarlyOrigin;
  let folder: string;
  beforeAll(async () => {
    const first = Object.values(KINDS)[0]!;
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-tls-'));
    const { cert, issue } = authority();
    const trusted = join(folder, 'authority.pem');
    await writeFile(trusted, cert);
    [gateway, plain, server, secure] = await Promise.all([
      runtime.start({ env: { NODE_EXTRA_CA_CERTS: trusted } }),
      origin(),
      earlyOrigin(first),
      earlyOrigin(first, issue('127.0.0.1', 'localhost')),
    ]);
    await gateway.put('early', route(server, null, { uri: '/early' }));
    await gateway.put(
      'secure',
      route(secure, null, { uri: '/secure', upstream: { scheme: 'https', pass_host: 'node' } }),
    );
  });
  afterAll(async () => {
    await Promise.all([gateway.stop(), plain.close()]);
    for (const one of [server, secure]) one.close();
    await rm(folder, { recursive: true });
  });

  async function uploads(count: number, target: string, chunked: boolean) {
    const got: Record<string, number> = {};
    for (let i = 0; i < count; i++) {
      const response = await upload(gateway.port, target, chunked);
      got[response] = (got[response] ?? 0) + 1;
    }
    return got;
  }

  it('that ends at close is complete, although the rest of the upload is reset', async () => {
    // Half-closes first, so that its end arrives before the reset.
    const after = (socket: Socket) => void socket.end(() => socket.destroy());
    server.response = { status: 413, fields: CLOSE, body: 'refused', after };
    let complete = 0;
    for (let i = 0; i < TRIES; i++) {
      const text = await responseTo(gateway.port, '/early');
      if (/^HTTP\/1\.1 413 [^]*refused\r\n0\r\n\r\n$/.test(text)) complete++;
    }
    expect(complete).toBeGreaterThanOrEqual(ENOUGH);
  });

  describe.each(Object.entries(KINDS))('%s', (_, kind) => {
    it.each([
      ['a length', false],
      ['chunks', true],
    ])('arrives at an upload with %s', async (_framing, chunked) => {
      server.response = kind;
      const got = await uploads(TRIES, '/early', chunked);
      expect(got[`${kind.status} refused`]).toBeGreaterThanOrEqual(ENOUGH);
    });

    it.each([
      ['a length', false],
      ['chunks', true],
    ])('arrives at an upload with %s from a server with TLS', async (_framing, chunked) => {
      secure.response = kind;
      const got = await uploads(TRIES, '/secure', chunked);
      expect(got[`${kind.status} refused`]).toBeGreaterThanOrEqual(ENOUGH);
    });

    it('is the outcome of a copy', async () => {
      server.response = kind;
      const id = `copy-${Object.values(KINDS).indexOf(kind)}`;
      const mirror = { url: `http://${server.node}` };
      const plugin = { max_body_size: SIZE_BYTES, breaker: false };
      await gateway.put(id, route(plain, mirror, { uri: `/${id}`, plugin }));
      for (let i = 0; i < TRIES / 2; i++) {
        expect(await upload(gateway.port, `/${id}`, false)).toBe(`200 POST /${id}\n`);
        await settled(gateway, id, i + 1);
      }
      const { 'sent 4xx': sent } = await settled(gateway, id, TRIES / 2);
      expect(sent).toBeGreaterThanOrEqual(ENOUGH / 2);
    });
  });

  it('is no failure of the node, which is not ejected', async () => {
    server.response = KINDS['413 with a length, reset']!;
    const upstream = { nodes: { [server.node]: 1, [plain.node]: 1 } };
    await gateway.put('turn', { uri: '/turn', upstream });
    const before = server.requests;
    const got = await uploads(TRIES, '/turn', true);
    expect(server.requests - before).toBe(TRIES / 2);
    expect(got['200 POST /turn\n']).toBe(TRIES / 2);
  });
}
