import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../../runtimes/runtime.ts';
import { send } from '../../support/client.ts';
import { crowd } from '../../support/crowd.ts';
import { logged } from '../../support/log.ts';
import { origin, type Origin, route } from '../../support/origin.ts';
import { until } from '../../support/until.ts';

/** Makes long log lines, so that the system's pipe buffer is soon full. */
const PATH = `/${'x'.repeat(4000)}`;

/** Each request has a log line, and so has its copy: more lines than are buffered. */
const REQUESTS = 700;

/** Nobody may read the log, or read it as fast as mirrors fail. */
export function output(runtime: TestServerRuntime): void {
  let gateway: GatewayProcess;
  let upstream: Origin;
  beforeAll(async () => {
    upstream = await origin((_, response) => response.end());
    const routes = [{ ...route(upstream, upstream), id: '1' }];
    gateway = await runtime.start({ routes, env: { LOG_LEVEL: 'debug' } });
  });
  afterAll(() => upstream.close());

  const outputs = () => [gateway.program.child.stdout!, gateway.program.child.stderr!];
  const ask = () => send(gateway.url, PATH).then(({ status }) => expect(status).toBe(200));

  it('that nobody reads delays no request; its lines are dropped and counted', async () => {
    for (const stream of outputs()) stream.pause();
    await crowd(REQUESTS, ask);
    for (const stream of outputs()) stream.resume();
    const lines = () => logged(gateway.program).filter(({ level }) => level === 'DEBUG').length;
    const dropped = () =>
      logged(gateway.program)
        .filter(({ message }) => message.includes('were dropped'))
        .reduce((sum, { properties }) => sum + Number(properties['lines']), 0);
    await until(() => lines() + dropped() >= 2 * REQUESTS, 10_000, 'an account of all lines');
    expect(dropped()).toBeGreaterThan(0);
    expect(lines() + dropped()).toBe(2 * REQUESTS);
  });

  it('whose reader left delays neither requests nor shutdown', async () => {
    for (const stream of outputs()) stream.destroy();
    await crowd(100, ask);
    expect(await gateway.stop()).toBe(0);
  });
}
