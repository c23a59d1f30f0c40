import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../../runtimes/runtime.ts';
import { badOrigin, type BadOrigin, MISBEHAVIOURS } from '../../support/bad-origin.ts';
import { send } from '../../support/client.ts';
import { origin, type Origin, route } from '../../support/origin.ts';
import { outcomes, total } from '../../support/outcomes.ts';

/** Limit of open files and sockets of the gateway. */
const DESCRIPTORS = 240;

/** Mirrors, each on its own route; each may have 128 copies in flight. */
const MIRRORS = 4;
const REQUESTS = 60;

/** Mirrors that never respond hold a socket for each copy. */
export function descriptors(runtime: TestServerRuntime): void {
  let gateway: GatewayProcess;
  let upstream: Origin;
  let mirror: BadOrigin;
  beforeAll(async () => {
    [upstream, mirror] = await Promise.all([origin(), badOrigin(MISBEHAVIOURS.silent)]);
    const routes = Array.from({ length: MIRRORS }, (_, i) => ({
      id: `${i}`,
      ...route(upstream, mirror, { uri: `/${i}/*`, plugin: { timeout: 25 } }),
    }));
    gateway = await runtime.start({ routes, descriptors: DESCRIPTORS });
  });
  afterAll(async () => {
    await Promise.all([upstream.close(), mirror.close()]);
    await gateway.stop();
  });

  it('all mirrors together hold a third of them at most, and clients are accepted', async () => {
    for (let i = 0; i < MIRRORS * REQUESTS; i++) {
      const target = `/${i % MIRRORS}/${i}`;
      const { status } = await send(gateway.url, target, { agent: false });
      expect(status).toBe(200);
    }
    const skipped: Record<string, number> = {};
    for (let i = 0; i < MIRRORS; i++) Object.assign(skipped, await outcomes(gateway, `${i}`));
    expect(Object.keys(skipped)).toEqual(['skipped in_flight_limit']);
    let sum = 0;
    for (let i = 0; i < MIRRORS; i++) sum += total(await outcomes(gateway, `${i}`));
    // Less than a third: some descriptors are kept in reserve.
    expect(MIRRORS * REQUESTS - sum).toBeLessThanOrEqual(DESCRIPTORS / 3);
    expect(MIRRORS * REQUESTS - sum).toBeGreaterThan(5);
  });
}
