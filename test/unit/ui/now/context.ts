import { expect } from 'vitest';
import { checkDocument } from '../../../../src/config/document.ts';
import { compileRoutes } from '../../../../src/route-table.ts';
import { type Recent, recentEvents } from '../../../../src/telemetry/recent.ts';
import type { Outcome } from '../../../../src/mirror/outcome.ts';
import type { UiContext } from '../../../../src/ui/view.ts';
import { copyEvent, REQUEST } from '../../telemetry/copy-event.ts';

export const SENT: Outcome = { outcome: 'sent', reason: '2xx', status: 200 };
export const FAILED: Outcome = { outcome: 'failed', reason: 'timeout', detail: '' };
export const SKIPPED: Outcome = { outcome: 'skipped', reason: 'sampled_out' };

/** A route to a mirror, as it is written. */
export function routeTo(id: string, plugin: object | null = {}, more: object = {}): object {
  const host = `http://mirror-of-${id}.example`;
  return {
    id,
    uri: `/${id}/*`,
    upstream: { nodes: { '127.0.0.1:1999': 1 } },
    plugins: plugin === null ? {} : { 'proxy-mirror': { host, ...plugin } },
    ...more,
  };
}

/** What the view is rendered with. */
export interface Scene {
  readonly context: UiContext;
  readonly recent: Recent;
  /** Requests of a route, each with a copy of this outcome. */
  happen(route: string, count: number, outcome?: Outcome, mirror?: string): void;
  /** Lets a mirror fail until its breaker is open. */
  breakAt(route: string): void;
}

/** @param clock milliseconds since 1970 */
export function scene(
  routes: readonly object[],
  clock: { nowMs: number } = { nowMs: Date.now() },
): Scene {
  const checked = checkDocument({ routes });
  if (!checked.ok) expect(checked.faults).toEqual([]);
  const document = { routes: routes as never };
  const table = compileRoutes(document, null, { instance: () => 'gateway' });
  const recent = recentEvents(
    () => true,
    () => clock.nowMs,
  );
  const inForce = { table, document } as unknown as ReturnType<UiContext['inForce']>;
  const unused = null as never;
  return {
    recent,
    context: {
      runtime: 'node',
      needsKey: false,
      inForce: () => inForce,
      refresh: async () => {},
      isTransient: false,
      report: unused,
      recent,
      budget: { held: 1_572_864, limit: 67_108_864 },
    },
    happen(route, count, outcome = SENT, mirror = `http://mirror-of-${route}.example`) {
      for (let i = 0; i < count; i += 1) {
        recent.listen({ type: 'request', route, request: REQUEST, status: 200, seconds: 0.004 });
        recent.listen(copyEvent(outcome, { route, mirror, seconds: 0.1 }));
      }
    },
    breakAt(route) {
      const [mirror] = Array.from(table.routes()).find(({ id }) => id === route)!.mirrors;
      for (let i = 0; i < 10; i += 1) mirror!.breaker.settle(mirror!.breaker.pass(0), false, 0);
      expect(mirror!.breaker.open).toBe(true);
    },
  };
}
