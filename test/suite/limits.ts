import { afterEach, expect, it } from 'vitest';
import type { TestRuntime } from '../runtimes/runtime.ts';
import { send } from '../support/client.ts';
import { origin, type Origin } from '../support/origin.ts';
import { exposed, outcomes, sample, settled, total } from '../support/outcomes.ts';
import { stage as set } from '../support/stage.ts';
import { until } from '../support/until.ts';

/** Bytes of recorded bodies: one of the bodies below, and not two. */
const MEMORY = 200_000;
const BODY = 150_000;

/** A mirror that a test keeps waiting, or breaks. */
interface Controlled extends Origin {
  mode: 'hold' | 'answer' | 'break';
  readonly waiting: number;
  release(): void;
}

/** What keeps a bad or slow mirror from taking the gateway's resources. */
export function limits(runtime: TestRuntime): void {
  const stage = set(runtime, { MIRROR_MEMORY: String(MEMORY) });
  const opened: Origin[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((one) => one.close())));

  async function controlled(mode: Controlled['mode']): Promise<Controlled> {
    const held: (() => void)[] = [];
    const one = await origin((_, response) => {
      if (mirror.mode === 'break') response.destroy();
      else if (mirror.mode === 'answer') response.end();
      else held.push(() => response.end());
    });
    opened.push(one);
    const mirror: Controlled = {
      ...one,
      mode,
      get waiting() {
        return held.length;
      },
      release: () => held.splice(0).forEach((release) => release()),
    };
    return mirror;
  }
  /** Sends one request after the other, each answered by the upstream. */
  async function requests(id: string, count: number, body?: Buffer): Promise<void> {
    for (let i = 0; i < count; i++) {
      const options = body === undefined ? {} : { method: 'POST', body };
      expect((await send(stage.gateway.url, `/${id}/a`, options)).status).toBe(200);
    }
  }

  it('max_in_flight: skips copies beyond it, and no more once others have ended', async () => {
    const mirror = await controlled('hold');
    await stage.put('flight', { host: mirror.url, max_in_flight: 3 });
    await requests('flight', 10);
    await until(() => mirror.waiting === 3);
    expect(await settled(stage.gateway, 'flight', 7)).toEqual({ 'skipped in_flight_limit': 7 });
    const labels = { route: 'flight', mirror: mirror.url };
    expect(await sample(stage.gateway, 'mirror_in_flight', labels)).toBe(3);
    mirror.release();
    await settled(stage.gateway, 'flight', 10);
    expect(await sample(stage.gateway, 'mirror_in_flight', labels)).toBe(0);
    mirror.mode = 'answer';
    await requests('flight', 1);
    expect(await settled(stage.gateway, 'flight', 11)).toEqual({
      'skipped in_flight_limit': 7,
      'sent 2xx': 4,
    });
  });

  it('rate_limit: lets the burst of one second through', async () => {
    // A token comes back after 1000 s: later than this test ends, on any machine.
    await stage.put('slow', { rate_limit: 0.001 });
    await requests('slow', 10);
    expect(await settled(stage.gateway, 'slow', 10)).toEqual({
      'sent 2xx': 1,
      'skipped rate_limit': 9,
    });
    await stage.put('fast', { rate_limit: 1000 });
    await requests('fast', 20);
    expect(await settled(stage.gateway, 'fast', 20)).toEqual({ 'sent 2xx': 20 });
  });

  it('timeout: ends a copy that the mirror does not answer', async () => {
    const mirror = await controlled('hold');
    await stage.put('timeout', { host: mirror.url, timeout: 0.3 });
    await requests('timeout', 2);
    expect(await settled(stage.gateway, 'timeout', 2)).toEqual({ 'failed timeout': 2 });
  });

  it('breaker: opens after failures in a row, probes once, and closes after a success', async () => {
    const mirror = await controlled('break');
    const labels = { route: 'breaker', mirror: mirror.url };
    const open = () => sample(stage.gateway, 'mirror_breaker_open', labels);
    const skipped = async () =>
      (await outcomes(stage.gateway, 'breaker'))['skipped breaker_open'] ?? 0;
    await stage.put('breaker', { host: mirror.url, breaker: { failures: 3, open: 2 } });
    for (const failures of [1, 2, 3]) {
      expect(await open()).toBe(0);
      await requests('breaker', 1);
      await settled(stage.gateway, 'breaker', failures);
    }
    expect(mirror.seen).toHaveLength(3);
    expect(await open()).toBe(1);
    await requests('breaker', 1);
    await settled(stage.gateway, 'breaker', 4);
    expect(await skipped()).toBe(1);

    mirror.mode = 'hold';
    await until(
      async () => {
        await requests('breaker', 1);
        return mirror.waiting > 0;
      },
      10_000,
      'a probe',
    );
    // While the probe is out nothing else goes, and the breaker is still open.
    const before = await skipped();
    await requests('breaker', 3);
    expect(await skipped()).toBe(before + 3);
    expect(mirror.waiting).toBe(1);
    expect(await open()).toBe(1);

    mirror.mode = 'answer';
    mirror.release();
    await until(async () => (await open()) === 0);
    const counted = total(await outcomes(stage.gateway, 'breaker'));
    await requests('breaker', 2);
    const after = await settled(stage.gateway, 'breaker', counted + 2);
    expect(after['sent 2xx']).toBe(3);
  });

  it('MIRROR_MEMORY: skips bodies beyond it, and gives every byte back', async () => {
    const mirror = await controlled('hold');
    const held = () => sample(stage.gateway, 'mirror_recorded_bytes');
    await stage.put('memory', { host: mirror.url });
    const body = Buffer.alloc(BODY, 'x');
    await requests('memory', 1, body);
    await until(() => mirror.waiting === 1);
    expect(await held()).toBe(BODY);
    await requests('memory', 2, body);
    expect(await settled(stage.gateway, 'memory', 2)).toEqual({ 'skipped memory_limit': 2 });
    expect(await held()).toBe(BODY);
    mirror.mode = 'answer';
    mirror.release();
    await settled(stage.gateway, 'memory', 3);
    expect(await held()).toBe(0);
    await requests('memory', 1, body);
    expect(await settled(stage.gateway, 'memory', 4)).toEqual({
      'skipped memory_limit': 2,
      'sent 2xx': 2,
    });
    expect(await held()).toBe(0);
    expect(mirror.seen.map((request) => request.body.length)).toEqual([BODY, BODY]);
  });

  it('shows all of it in metrics that keep to the text format', async () => {
    const samples = await exposed(stage.gateway);
    const names = new Set(samples.map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')));
    expect([...names].toSorted()).toEqual([
      'gateway_request_duration_seconds',
      'gateway_requests_total',
      'gateway_route_reloads_total',
      'gateway_routes',
      'mirror_breaker_open',
      'mirror_copies_total',
      'mirror_copy_duration_seconds',
      'mirror_in_flight',
      'mirror_recorded_bytes',
    ]);
    for (const route of ['flight', 'slow', 'fast', 'timeout', 'breaker', 'memory']) {
      const answered = await sample(stage.gateway, 'gateway_requests_total', { route });
      expect(total(await outcomes(stage.gateway, route))).toBe(answered);
    }
  });
}
