import { expect, it } from 'vitest';
import { KEY, type TestServerRuntime } from '../runtimes/runtime.ts';
import { send } from '../support/client.ts';
import { logged } from '../support/log.ts';
import { freePort } from '../support/ports.ts';
import { stage as set } from '../support/stage.ts';
import { until } from '../support/until.ts';

const keyed = { 'x-api-key': KEY };

/** One log line for each request and each copy, joined by the request's id. */
export function log(runtime: TestServerRuntime): void {
  const stage = set(runtime, { LOG_LEVEL: 'debug' });

  /** Log lines about a path, once there are `count` of them. */
  async function linesOf(path: string, count: number) {
    const lines = () =>
      logged(stage.gateway.program)
        .filter(({ properties }) => properties['path'] === path)
        .map(({ level, properties }) => ({ level, ...properties }) as Record<string, unknown>);
    await until(() => lines().length >= count, 5000, `${count} lines about ${path}`);
    return lines();
  }

  it('joins a request and its copy by the request id of the client', async () => {
    await stage.put('log', {});
    await send(stage.gateway.url, '/log/a?token=secret', { headers: { 'x-request-id': 'mine' } });
    const lines = await linesOf('/log/a', 2);
    const facts = { level: 'DEBUG', requestId: 'mine', method: 'GET', route: 'log', status: 200 };
    expect(lines).toHaveLength(2);
    expect(lines).toContainEqual({ ...facts, path: '/log/a', seconds: expect.any(Number) });
    expect(lines).toContainEqual(
      expect.objectContaining({ ...facts, mirror: stage.mirror.url, outcome: 'sent' }),
    );
    expect(stage.gateway.program.stdout()).not.toContain('secret');
  });

  it('joins them by a generated id where the client sent no valid one', async () => {
    await stage.put('log', {});
    const headers = { 'x-request-id': 'not an id' };
    const { primary, copy } = await stage.pair('/log/odd', { headers });
    const [one, other] = await linesOf('/log/odd', 2);
    expect(one!['requestId']).toBe(other!['requestId']);
    expect(one!['requestId']).toMatch(new RegExp(`^${copy.headers['x-mirrored-by']}-\\d+$`));
    // The client's own id is forwarded unchanged.
    for (const { headers: got } of [primary, copy]) expect(got['x-request-id']).toBe('not an id');
  });

  it('names the node, the method and the path of a request without a response', async () => {
    const node = `127.0.0.1:${await freePort()}`;
    await stage.put('down', {}, { upstream: { nodes: { [node]: 1 } } });
    const headers = { 'x-request-id': 'unanswered' };
    await send(stage.gateway.url, '/down/a?token=secret', { method: 'PUT', headers });
    const lines = await linesOf('/down/a', 3);
    expect(lines.find(({ level }) => level === 'ERROR')).toMatchObject({
      requestId: 'unanswered',
      method: 'PUT',
      route: 'down',
      node: `http://${node}`,
      error: expect.stringContaining('ECONNREFUSED'),
    });
    expect(stage.gateway.program.stdout()).not.toContain('secret');
    expect(stage.gateway.program.stderr()).not.toContain('secret');
  });

  it('warns of a copy that failed, with the cause', async () => {
    const host = `http://127.0.0.1:${await freePort()}`;
    await stage.put('dead', { host });
    await send(stage.gateway.url, '/dead/a', { headers: { 'x-request-id': 'unlucky' } });
    const lines = await linesOf('/dead/a', 2);
    expect(lines.find(({ level }) => level !== 'DEBUG')).toMatchObject({
      level: expect.stringMatching(/^WARN/),
      requestId: 'unlucky',
      mirror: host,
      outcome: 'failed',
      reason: 'connect',
      detail: expect.any(String),
      suppressed: 0,
    });
  });

  /** Log lines about a path of the control plane that pass. */
  const auditsOf = (path: string) =>
    logged(stage.gateway.program).filter(({ properties }) => properties['path'] === path);

  it('names who has changed what through the control plane', async () => {
    const path = '/apisix/admin/routes/audited';
    await stage.put('audited', {});
    await send(stage.gateway.url, `${path}?x=secret`, { method: 'DELETE', headers: keyed });
    // Neither of these changes anything.
    await send(stage.gateway.url, path, { headers: keyed });
    await send(stage.gateway.url, path, { method: 'DELETE', headers: keyed });
    await until(() => auditsOf(path).length >= 2, 5000, 'two lines');
    const facts = { peer: '127.0.0.1', path };
    expect(auditsOf(path).map(({ level, properties }) => [level, properties])).toEqual([
      ['INFO', { ...facts, method: 'PUT', status: 201 }],
      ['INFO', { ...facts, method: 'DELETE', status: 200 }],
    ]);
    expect(stage.gateway.program.stdout()).not.toContain('secret');
  });

  it('warns of who tries a wrong key, once a second', async () => {
    const path = '/apisix/admin/routes/guessed';
    const headers = { 'x-api-key': 'guessed-key' };
    for (let i = 0; i < 20; i++) await send(stage.gateway.url, path, { headers });
    await until(() => auditsOf(path).length > 0, 5000, 'a line');
    const facts = { peer: '127.0.0.1', path, method: 'GET', status: 401, suppressed: 0 };
    expect(auditsOf(path)[0]).toMatchObject({
      level: expect.stringMatching(/^WARN/),
      properties: facts,
    });
    expect(auditsOf(path).length).toBeLessThan(20);
    expect(stage.gateway.program.stdout()).not.toContain('guessed-key');
  });
}
