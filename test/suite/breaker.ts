import { afterEach, expect, it } from 'vitest';
import type { TestRuntime } from '../runtimes/runtime.ts';
import { badOrigin, MISBEHAVIOURS } from '../support/bad-origin.ts';
import { send } from '../support/client.ts';
import { controlledOrigin } from '../support/controlled-origin.ts';
import { origin, route } from '../support/origin.ts';
import { outcomes, sample, settled, total } from '../support/outcomes.ts';
import { freePort } from '../support/ports.ts';
import { stage as set } from '../support/stage.ts';
import { until } from '../support/until.ts';

/** Seconds until the first probe. */
const OPEN_S = 0.2;

/** Copies to a failing mirror stop, and resume once the mirror is back. */
export function breaker(runtime: TestRuntime): void {
  const stage = set(runtime);
  const opened: { close(): Promise<void> }[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((one) => one.close())));
  /** Requests to each route. */
  const sent = new Map<string, number>();

  async function isOpen(id: string, mirror?: string): Promise<boolean> {
    const labels = mirror === undefined ? { route: id } : { route: id, mirror };
    return (await sample(stage.gateway, 'mirror_breaker_open', labels)) === 1;
  }
  /** Sends requests one after another; the upstream responds to each. */
  async function requests(id: string, count: number): Promise<void> {
    sent.set(id, (sent.get(id) ?? 0) + count);
    for (let i = 0; i < count; i++) {
      expect((await send(stage.gateway.url, `/${id}/a`)).status).toBe(200);
    }
  }
  /** Sends bursts, larger than the number of probes, until a condition holds. */
  function requestsUntil(id: string, seen: () => boolean | Promise<boolean>, what: string) {
    const burst = async () => {
      await Promise.all(Array.from({ length: 8 }, () => requests(id, 1)));
      return seen();
    };
    return until(burst, 20_000, what);
  }
  /** Fails one copy for each request until the breaker opens. */
  async function trip(id: string, failures: number): Promise<void> {
    for (let failed = 1; failed <= failures; failed++) {
      expect(await isOpen(id)).toBe(false);
      await requests(id, 1);
      await settled(stage.gateway, id, failed);
    }
    expect(await isOpen(id)).toBe(true);
  }

  it('opens after failures in a row, probes once, and closes after a success', async () => {
    const mirror = await controlledOrigin('break');
    opened.push(mirror);
    const id = stage.fresh('breaker');
    const skipped = async () => (await outcomes(stage.gateway, id))['skipped breaker_open'] ?? 0;
    await stage.put(id, { host: mirror.url, breaker: { failures: 3, open: 2 } });
    await trip(id, 3);
    expect(mirror.seen).toHaveLength(3);
    await requests(id, 1);
    await settled(stage.gateway, id, 4);
    expect(await skipped()).toBe(1);

    mirror.mode = 'hold';
    await requestsUntil(id, () => mirror.waiting > 0, 'a probe');
    // While the probe is in flight no other copy is sent, and the breaker stays open.
    const before = await skipped();
    await requests(id, 3);
    expect(await skipped()).toBe(before + 3);
    expect(mirror.waiting).toBe(1);
    expect(await isOpen(id)).toBe(true);

    mirror.mode = 'respond';
    mirror.release();
    await until(async () => !(await isOpen(id)));
    const counted = total(await outcomes(stage.gateway, id));
    await requests(id, 2);
    const after = await settled(stage.gateway, id, counted + 2);
    expect(after['sent 2xx']).toBe(3);
  });

  it('sends a mirror that closes its connections the failures until it opens, then one probe a period', async () => {
    let tries = 0;
    const mirror = await badOrigin((socket) => {
      tries += 1;
      MISBEHAVIOURS.closing(socket);
    });
    opened.push(mirror);
    const id = stage.fresh('hung-up');
    const began = performance.now();
    await stage.put(id, { host: mirror.url, breaker: { failures: 3, open: OPEN_S } });
    await trip(id, 3);
    await requestsUntil(id, () => tries >= 6, 'three probes');
    expect(tries - 3).toBeLessThanOrEqual(mostProbes(performance.now() - began));
  });

  it('closes again with the next probe once the mirror is back', async () => {
    const port = await freePort();
    const id = stage.fresh('back');
    await stage.put(id, {
      host: `http://127.0.0.1:${port}`,
      breaker: { failures: 3, open: OPEN_S },
    });
    await trip(id, 3);
    const failures = async () => (await outcomes(stage.gateway, id))['failed connect']!;
    await requestsUntil(id, async () => (await failures()) >= 5, 'two probes');
    const mirror = await origin(undefined, port);
    opened.push(mirror);
    const before = await failures();
    await requestsUntil(id, () => mirror.seen.length > 0, 'a copy');
    await until(async () => !(await isOpen(id)));
    // Copies of the last burst follow the responses to its requests.
    const all = sent.get(id)!;
    await settled(stage.gateway, id, all);
    // A probe may have been in flight when the mirror came back.
    expect((await failures()) - before).toBeLessThanOrEqual(1);
    const seen = mirror.seen.length;
    await requests(id, 5);
    await settled(stage.gateway, id, all + 5);
    expect(mirror.seen.length - seen).toBe(5);
  });

  it('of one mirror does not affect the other mirrors of the route', async () => {
    const dead = `http://127.0.0.1:${await freePort()}`;
    const id = stage.fresh('beside');
    const mirrors = [
      { host: dead, breaker: { failures: 3, open: 60 } },
      { host: stage.mirror.url },
    ];
    await stage.gateway.put(id, {
      ...route(stage.upstream, null, { uri: `/${id}/*` }),
      plugins: { 'proxy-mirror': { mirrors } },
    });
    for (let count = 1; count <= 20; count++) {
      await requests(id, 1);
      await settled(stage.gateway, id, 2 * count);
    }
    expect(await outcomes(stage.gateway, id, dead)).toEqual({
      'failed connect': 3,
      'skipped breaker_open': 17,
    });
    expect(await outcomes(stage.gateway, id, stage.mirror.url)).toEqual({ 'sent 2xx': 20 });
    expect(await isOpen(id, dead)).toBe(true);
    expect(await isOpen(id, stage.mirror.url)).toBe(false);
  });
}

/** Probes that fit into so many milliseconds: each period is twice as long as the one before. */
function mostProbes(elapsed: number): number {
  return Math.floor(Math.log2(elapsed / (1000 * OPEN_S) + 1));
}
