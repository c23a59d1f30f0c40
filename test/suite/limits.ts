import { afterEach, expect, it } from 'vitest';
import type { TestRuntime } from '../runtimes/runtime.ts';
import { send } from '../support/client.ts';
import { type Controlled, controlledOrigin } from '../support/controlled-origin.ts';
import type { Origin } from '../support/origin.ts';
import { exposed, sample, settled, total } from '../support/outcomes.ts';
import { stage as set } from '../support/stage.ts';
import { until } from '../support/until.ts';

/** Bytes for recorded bodies: enough for one of the bodies below, not for two. */
const MEMORY_BYTES = 200_000;
const BODY_BYTES = 150_000;

/** The limits that keep a bad or slow mirror from using up the gateway's resources. */
export function limits(runtime: TestRuntime): void {
  const stage = set(runtime, { MIRROR_MEMORY: String(MEMORY_BYTES) });
  const opened: Origin[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((one) => one.close())));

  async function controlled(mode: Controlled['mode']): Promise<Controlled> {
    const mirror = await controlledOrigin(mode);
    opened.push(mirror);
    return mirror;
  }
  /** Sends requests one after another; the upstream responds to each. */
  async function requests(id: string, count: number, body?: Buffer): Promise<void> {
    for (let i = 0; i < count; i++) {
      const options = body === undefined ? {} : { method: 'POST', body };
      expect((await send(stage.gateway.url, `/${id}/a`, options)).status).toBe(200);
    }
  }

  it('max_in_flight: skips further copies until others have ended', async () => {
    const mirror = await controlled('hold');
    const id = stage.fresh('flight');
    await stage.put(id, { host: mirror.url, max_in_flight: 3 });
    await requests(id, 10);
    await until(() => mirror.waiting === 3);
    expect(await settled(stage.gateway, id, 7)).toEqual({ 'skipped in_flight_limit': 7 });
    const labels = { route: id, mirror: mirror.url };
    expect(await sample(stage.gateway, 'mirror_in_flight', labels)).toBe(3);
    mirror.release();
    await settled(stage.gateway, id, 10);
    expect(await sample(stage.gateway, 'mirror_in_flight', labels)).toBe(0);
    mirror.mode = 'respond';
    await requests(id, 1);
    expect(await settled(stage.gateway, id, 11)).toEqual({
      'skipped in_flight_limit': 7,
      'sent 2xx': 4,
    });
  });

  it('rate_limit: lets the burst of one second through', async () => {
    // The next token comes after 1000 s: later than this test ends, on any machine.
    const slow = stage.fresh('slow');
    await stage.put(slow, { rate_limit: 0.001 });
    await requests(slow, 10);
    expect(await settled(stage.gateway, slow, 10)).toEqual({
      'sent 2xx': 1,
      'skipped rate_limit': 9,
    });
    const fast = stage.fresh('fast');
    await stage.put(fast, { rate_limit: 1000 });
    await requests(fast, 20);
    expect(await settled(stage.gateway, fast, 20)).toEqual({ 'sent 2xx': 20 });
  });

  it('timeout: ends a copy that gets no response', async () => {
    const mirror = await controlled('hold');
    const id = stage.fresh('timeout');
    await stage.put(id, { host: mirror.url, timeout: 0.3 });
    await requests(id, 2);
    expect(await settled(stage.gateway, id, 2)).toEqual({ 'failed timeout': 2 });
  });

  it('MIRROR_MEMORY: skips further bodies, and releases every byte', async () => {
    const mirror = await controlled('hold');
    const held = () => sample(stage.gateway, 'mirror_recorded_bytes');
    const id = stage.fresh('memory');
    await stage.put(id, { host: mirror.url });
    const body = Buffer.alloc(BODY_BYTES, 'x');
    await requests(id, 1, body);
    await until(() => mirror.waiting === 1);
    expect(await held()).toBe(BODY_BYTES);
    await requests(id, 2, body);
    expect(await settled(stage.gateway, id, 2)).toEqual({ 'skipped memory_limit': 2 });
    expect(await held()).toBe(BODY_BYTES);
    mirror.mode = 'respond';
    mirror.release();
    await settled(stage.gateway, id, 3);
    expect(await held()).toBe(0);
    await requests(id, 1, body);
    expect(await settled(stage.gateway, id, 4)).toEqual({
      'skipped memory_limit': 2,
      'sent 2xx': 2,
    });
    expect(await held()).toBe(0);
    expect(mirror.seen.map((request) => request.body.length)).toEqual([BODY_BYTES, BODY_BYTES]);
  });

  it('shows all of it in metrics, in the text format', async () => {
    const samples = await exposed(stage.gateway);
    const names = new Set(samples.map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')));
    expect([...names].toSorted()).toEqual([
      'gateway_last_reload_timestamp_seconds',
      'gateway_request_duration_seconds',
      'gateway_requests_total',
      'gateway_route_reloads_total',
      'gateway_routes',
      'mirror_breaker_open',
      'mirror_copies_total',
      'mirror_copy_duration_seconds',
      'mirror_in_flight',
      'mirror_recorded_bytes',
      'proxy_mirror_build_info',
    ]);
    const counted = samples.filter(({ name }) => name === 'gateway_requests_total');
    for (const route of new Set(counted.map(({ labels }) => labels['route']!))) {
      const requested = await sample(stage.gateway, 'gateway_requests_total', { route });
      expect(total(await settled(stage.gateway, route, requested))).toBe(requested);
    }
  });
}
