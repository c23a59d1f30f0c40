import type { ClientHttp2Session } from 'node:http2';
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../runtimes/runtime.ts';
import { echo, grpcOrigin, type GrpcOrigin } from '../support/grpc-origin.ts';
import { http2 } from '../support/http2-client.ts';
import { calls } from './grpc/calls.ts';
import { connections } from './grpc/connections.ts';
import { copies } from './grpc/copies.ts';
import { grpcJs } from './grpc/grpc-js.ts';
import { reflection } from './grpc/reflection.ts';

/** A gateway with a server of gRPC and one that is its mirror, and a client over HTTP/2. */
export interface GrpcScene {
  readonly gateway: GatewayProcess;
  readonly upstream: GrpcOrigin;
  readonly mirror: GrpcOrigin;
  /** The client's connection. */
  readonly session: ClientHttp2Session;
  /** Puts a route for all paths below `/<id>/`. */
  put(
    id: string,
    more?: { upstream?: object; plugin?: object | null; route?: object },
  ): Promise<void>;
}

/** gRPC: upstreams and mirrors over HTTP/2. */
export function grpc(runtime: TestServerRuntime): void {
  let scene: GrpcScene;
  beforeAll(async () => {
    const [gateway, upstream, mirror] = await Promise.all([
      runtime.start(),
      grpcOrigin(),
      grpcOrigin(),
    ]);
    const session = await http2(gateway.url);
    session.on('error', () => {});
    scene = {
      gateway,
      upstream,
      mirror,
      session,
      put: (id, { upstream: more = {}, plugin = null, route = {} } = {}) =>
        gateway.put(id, {
          uri: `/${id}/*`,
          upstream: { scheme: 'grpc', nodes: { [upstream.node]: 1 }, ...more },
          ...(plugin !== null && { plugins: { 'proxy-mirror': { host: mirror.url, ...plugin } } }),
          ...route,
        }),
    };
  });
  beforeEach(() => {
    for (const one of [scene.upstream, scene.mirror]) one.seen.length = 0;
  });
  afterEach(() => {
    for (const one of [scene.upstream, scene.mirror]) one.serve = echo;
  });
  afterAll(async () => {
    scene.session.destroy();
    await Promise.all([scene.gateway.stop(), scene.upstream.close(), scene.mirror.close()]);
  });

  describe('a call', () => calls(() => scene));
  describe('a connection', () => connections(() => scene));
  describe('a copy', () => copies(() => scene));
  describe('grpc-js', () => grpcJs(() => scene));
  describe('reflection', () => reflection(() => scene));
}
