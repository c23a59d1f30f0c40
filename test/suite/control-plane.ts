import { afterAll, beforeAll, describe } from 'vitest';
import type { GatewayProcess, TestRuntime } from '../runtimes/runtime.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { keyed, keylessServer, keylessWorker } from './control-plane/access.ts';
import { KEPT, putKept } from './control-plane/context.ts';
import { health } from './control-plane/health.ts';
import { idsByPlace } from './control-plane/ids-by-place.ts';
import { refusals } from './control-plane/refusals.ts';
import { writes } from './control-plane/writes.ts';

/** The admin API as users of curl see it. */
export function controlPlane(runtime: TestRuntime): void {
  let upstream: Origin;
  beforeAll(async () => {
    upstream = await origin();
  });
  afterAll(() => upstream.close());

  describe('with a key', () => {
    let gateway: GatewayProcess;
    const context = () => ({ gateway, upstream });
    beforeAll(async () => {
      gateway = await runtime.start();
      await putKept(context());
    });
    afterAll(() => gateway.stop());

    describe('what is refused', () => refusals(context));
    describe('who has access', () => keyed(context));
    describe('what is written', () => writes(context));
    describe('status and metrics', () => health(context));
  });

  describe('routes without an id', () => idsByPlace(runtime, () => upstream));

  describe('without a key', () => {
    let gateway: GatewayProcess;
    beforeAll(async () => {
      gateway = await runtime.start({
        adminKey: null,
        routes: [{ ...route(upstream, null, { uri: '/kept' }), id: KEPT }],
        // So that other addresses can reach it, too.
        env: runtime.name === 'workers' ? {} : { HOST: '0.0.0.0' },
      });
    });
    afterAll(() => gateway.stop());

    if (runtime.name === 'workers') keylessWorker(() => gateway);
    else keylessServer(() => ({ gateway, upstream }));
  });
}
