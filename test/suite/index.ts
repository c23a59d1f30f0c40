import { describe } from 'vitest';
import { isServer, type TestRuntime } from '../runtimes/runtime.ts';
import { accounting } from './accounting.ts';
import { controlPlane } from './control-plane.ts';
import { breaker } from './breaker.ts';
import { balancing } from './balancing.ts';
import { badMirror } from './bad-mirror.ts';
import { copy } from './copy.ts';
import { costly } from './costly.ts';
import { flow } from './flow.ts';
import { explaining } from './explain.ts';
import { clientEndings } from './client-endings.ts';
import { limits } from './limits.ts';
import { routesKv } from './routes-kv.ts';
import { routing } from './routing.ts';
import { server } from './server.ts';
import { transparency } from './transparency.ts';
import { upstreams } from './upstream.ts';
import { upstreamEndings } from './upstream-endings.ts';
import { sampling } from './sampling.ts';
import { walkThrough } from './walk-through.ts';
import { webSockets } from './websocket.ts';
import { wire } from './wire.ts';

/** One behaviour suite for every runtime: each part is one promise of the gateway. */
export function behaviour(runtime: TestRuntime): void {
  describe(`on ${runtime.name}`, () => {
    describe('a copy', () => copy(runtime));
    describe('a mirror', () => badMirror(runtime));
    describe('explaining', () => explaining(runtime));
    describe('the books', () => accounting(runtime));
    describe('sampling', () => sampling(runtime));
    describe('a client at the end', () => clientEndings(runtime));
    describe('limits', () => limits(runtime));
    describe('costly inputs', () => costly(runtime));
    describe('the breaker', () => breaker(runtime));
    describe('the walk-through', () => walkThrough(runtime));
    describe('the control plane', () => controlPlane(runtime));
    if (isServer(runtime)) describe('a server', () => server(runtime));
    else describe('routes in KV', () => routesKv());
    describe('routing', () => routing(runtime));
    describe('upstreams', () => upstreams(runtime));
    describe('an upstream at the end', () => upstreamEndings(runtime));
    describe('balancing', () => balancing(runtime));
    describe('transparency', () => transparency(runtime));
    describe('a WebSocket', () => webSockets(runtime));
    describe('flow', () => flow(runtime));
    describe('on the wire', () => wire(runtime));
  });
}
