import { expect, it } from 'vitest';
import type { TestRuntime } from '../../runtimes/runtime.ts';
import { send } from '../../support/client.ts';
import { origin } from '../../support/origin.ts';
import { settled } from '../../support/outcomes.ts';
import type { Stage } from '../../support/stage.ts';

const KIB = 1024;
const COPIES = 5;

/** Answers of mirrors are read as long as that costs less than a new connection. */
export function answers({ name }: TestRuntime, stage: Stage): void {
  const read = (name === 'workers' ? 256 : 1024) * KIB;

  it(`reads answers of ${read / KIB} KiB, and keeps the connection`, async () => {
    expect(await connectionsFor(read)).toBe(1);
  });

  it('cuts longer ones off, and counts their status all the same', async () => {
    expect(await connectionsFor(4 * read)).toBe(COPIES);
  });

  /** Of a mirror that answers with so many bytes, to copies one after the other. */
  async function connectionsFor(bytes: number): Promise<number> {
    const id = stage.fresh('answers');
    const mirror = await origin((_, response) => response.end(Buffer.alloc(bytes, 'x')));
    let connections = 0;
    mirror.server.on('connection', () => (connections += 1));
    await stage.put(id, { host: mirror.url });
    for (let sent = 1; sent <= COPIES; sent += 1) {
      await send(stage.gateway.url, `/${id}/a`);
      expect(await settled(stage.gateway, id, sent)).toEqual({ 'sent 2xx': sent });
    }
    await mirror.close();
    return connections;
  }
}
