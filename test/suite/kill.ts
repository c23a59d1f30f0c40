import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkDocument } from '../../src/config/document.ts';
import type { GatewayProcess, RuntimeName, TestServerRuntime } from '../runtimes/runtime.ts';

/** 50 in all. */
const KILLS: Readonly<Record<RuntimeName, number>> = { node: 20, bun: 15, deno: 15, workers: 0 };
const WRITERS = 3;

/** What a route may hold: the last acknowledged write, or a later one that was sent. */
interface Known {
  acknowledged: boolean;
  readonly may: Set<string>;
}

/** kill -9 at any instant: the document is complete and holds every acknowledged write. */
export function kill(runtime: TestServerRuntime): void {
  const rounds = KILLS[runtime.name];
  it(`keeps every acknowledged write over ${rounds} kills`, { timeout: 120_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-kill-'));
    const known = new Map<string, Known>();
    for (let round = 0; round < rounds; round++) {
      const gateway = await runtime.start({ folder });
      // The document that the previous round left is valid.
      expect((await fetch(`${gateway.url}/apisix/status/ready`)).status).toBe(200);
      await writeUntilKilled(gateway, round, known);
      const text = await readFile(join(folder, 'routes.json'), 'utf8');
      const document = JSON.parse(text) as { routes: { id: string; desc: string }[] };
      expect(checkDocument(document).ok).toBe(true);
      const held = new Map(document.routes.map(({ id, desc }) => [id, desc]));
      for (const [id, { acknowledged, may }] of known) {
        const desc = held.get(id);
        if (desc !== undefined || acknowledged) expect([...may]).toContain(desc);
      }
      expect(held.size).toBeLessThanOrEqual(known.size);
    }
    const acknowledged = [...known.values()].filter((write) => write.acknowledged);
    expect(acknowledged.length).toBeGreaterThanOrEqual(rounds);
    await rm(folder, { recursive: true });
  });
}

/** Several clients write without a pause; the kill arrives in the midst of their writes. */
async function writeUntilKilled(
  gateway: GatewayProcess,
  round: number,
  known: Map<string, Known>,
): Promise<void> {
  const enough = WRITERS + (round % 4);
  let writes = 0;
  async function write(writer: number): Promise<void> {
    for (let i = 0; ; i++) {
      // Some routes are replaced repeatedly, others are new.
      const id = i % 2 === 1 ? `same-${writer}` : `r${round}-${writer}-${i}`;
      const desc = `${round}-${i} ${'x'.repeat(200)}`;
      const { acknowledged, may } = known.get(id) ?? { acknowledged: false, may: new Set() };
      known.set(id, { acknowledged, may: new Set([...may, desc]) });
      try {
        await gateway.put(id, { uri: `/${id}`, desc, plugins: {} });
      } catch (error) {
        // Only the kill may end the writes: a status other than 2xx fails the test.
        if (error instanceof TypeError) return;
        throw error;
      }
      known.set(id, { acknowledged: true, may: new Set([desc]) });
      // Falls into a later write of the fastest clients, a bit later in each round.
      if (++writes === enough) setTimeout(() => gateway.program.signal('SIGKILL'), round % 7);
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  await gateway.program.exited;
}
