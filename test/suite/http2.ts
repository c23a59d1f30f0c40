import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ClientHttp2Session } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../runtimes/runtime.ts';
import { authority } from '../support/certificate.ts';
import { http2 as connect } from '../support/http2-client.ts';
import { origin, type Origin, type Respond, route } from '../support/origin.ts';
import { connections } from './http2/connections.ts';
import { exchanges } from './http2/exchanges.ts';
import { floods } from './http2/floods.ts';
import { flow } from './http2/flow.ts';
import { malformed } from './http2/malformed.ts';
import { requests } from './http2/requests.ts';
import { tlsPortOf } from './tls.ts';

/** A gateway with both ports, and an upstream that responds as the current test says. */
export interface Http2Scene {
  readonly runtime: TestServerRuntime;
  readonly gateway: GatewayProcess;
  readonly tlsPort: number;
  readonly upstream: Origin;
  readonly mirror: Origin;
  respond: Respond;
  /** Opens a connection that is closed after the test. */
  open(door?: Door): Promise<ClientHttp2Session>;
}

/** How a client gets to HTTP/2: by prior knowledge, or by ALPN. */
export type Door = 'in clear' | 'over TLS';

const plain: Respond = ({ method, url, body }, response) =>
  response.end(`${method} ${url} ${body.byteLength}\n`);

/** HTTP/2 from clients. */
export function http2(runtime: TestServerRuntime): void {
  const { cert: ca, issue } = authority();
  const sessions: ClientHttp2Session[] = [];
  let scene: Http2Scene;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-http2-'));
    const { cert, key } = issue('one.test', '127.0.0.1');
    const [certFile, keyFile] = [join(folder, 'one.crt'), join(folder, 'one.key')];
    await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key)]);
    const upstream = await origin((request, response) => scene.respond(request, response));
    const mirror = await origin();
    const gateway = await runtime.start({
      routes: [{ id: '1', ...route(upstream, mirror, { uri: '/*' }) }],
      env: {
        TLS_PORT: '0',
        TLS_CERT: certFile,
        TLS_KEY: keyFile,
        CLIENT_TIMEOUT: '3',
        LOG_LEVEL: 'info',
      },
    });
    const tlsPort = tlsPortOf(gateway);
    scene = {
      runtime,
      gateway,
      tlsPort,
      upstream,
      mirror,
      respond: plain,
      async open(door = 'in clear') {
        const url = door === 'in clear' ? gateway.url : `https://127.0.0.1:${tlsPort}`;
        const session = await connect(url, { ca });
        session.on('error', () => {});
        sessions.push(session);
        return session;
      },
    };
  });
  afterEach(() => {
    scene.respond = plain;
    for (const session of sessions.splice(0)) session.destroy();
  });
  afterAll(async () => {
    await Promise.all([scene.gateway.stop(), scene.upstream.close(), scene.mirror.close()]);
    await rm(folder, { recursive: true });
  });

  describe('requests and responses', () => requests(() => scene));
  describe('connections', () => connections(() => scene));
  describe('an exchange', () => exchanges(() => scene));
  describe('the flow', () => flow(() => scene));
  describe('a flood of', () => floods(() => scene));
  describe('refuses a request with', () => malformed(() => scene));
}
