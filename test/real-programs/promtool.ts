import { expect, it } from 'vitest';
import { route } from '../support/origin.ts';
import type { Stage } from '../support/stage.ts';
import { finished, start } from './command.ts';
import { program } from './program.ts';

/** Prometheus' own parser accepts the metrics, and its linter has nothing to say about names and help texts. */
export function promtool(stage: Stage): void {
  it('accepts the metrics', async () => {
    const { gateway, upstream, mirror, fresh } = stage;
    const id = fresh('promtool');
    const hosts = [mirror.url, 'http://127.0.0.1:1'];
    const plugin = { mirrors: hosts.map((host) => ({ host })) };
    await gateway.put(id, {
      ...route(upstream, null, { uri: `/${id}` }),
      plugins: { 'proxy-mirror': plugin },
    });
    await fetch(`${gateway.url}/${id}`, { method: 'POST', body: 'x' });
    const page = await gateway.admin('prometheus/metrics');
    expect(await check(await page.text())).toEqual({ status: 0, stdout: '', stderr: '' });
    expect((await check('# TYPE a gauge\na{b="1"} x\n')).status).toBe(1);
  });
}

function check(page: string) {
  const started = start(program('promtool'), ['check', 'metrics'], { stdin: 'pipe' });
  started.child.stdin!.end(page);
  return finished(started);
}
