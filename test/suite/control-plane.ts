import { afterAll, beforeAll, describe } from 'vitest';
import type { GatewayProcess, TestRuntime } from '../runtimes/runtime.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { keyed, keylessServer, keylessWorker } from './control-plane/access.ts';
import { KEPT, putKept } from './control-plane/bench.ts';
import { health } from './control-plane/health.ts';
import { refusals } from './control-plane/refusals.ts';
import { writes } from './control-plane/writes.ts';

/** The admin API as people with curl meet it. */
export function controlPlane(runtime: TestRuntime): void {
  let upstream: Origin;
  beforeAll(async () => {
    upstream = await origin();
  });
  afterAll(() => upstream.close());

  describe('with a key', () => {
    let gateway: GatewayProcess;
    const bench = () => ({ gateway, upstream });
    beforeAll(async () => {
      gateway = await runtime.start();
      await putKept(bench());
    });
    afterAll(() => gateway.stop());

    describe('what is refused', () => refusals(bench));
    describe('who is let in', () => keyed(bench));
    describe('what is written', () => writes(bench));
    describe('what it tells about itself', () => health(bench));
  });

  describe('without a key', () => {
    let gateway: GatewayProcess;
    beforeAll(async () => {
      gateway = await runtime.start({
        adminKey: null,
        routes: [{ ...route(upstream, null, { uri: '/kept' }), id: KEPT }],
        // To be reached from other addresses, too.
        env: runtime.name === 'workers' ? {} : { HOST: '0.0.0.0' },
      });
    });
    afterAll(() => gateway.stop());

    if (runtime.name === 'workers') keylessWorker(() => gateway);
    else keylessServer(() => ({ gateway, upstream }));
  });
}
