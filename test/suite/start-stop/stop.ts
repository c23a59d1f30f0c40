import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../../runtimes/runtime.ts';
import { logged } from '../../support/log.ts';
import { type Respond, origin, route } from '../../support/origin.ts';
import { refuses } from '../../support/ports.ts';
import { until } from '../../support/until.ts';

const LIMIT_MS = 20_000;

/** SIGTERM as orchestrators send it: nothing in flight is lost. */
export function stop(runtime: TestServerRuntime): void {
  /** A gateway with an upstream and a mirror that respond as given. */
  async function started(options: {
    upstream?: Respond;
    mirror?: Respond;
    timeout: number;
    delay?: number;
  }): Promise<{ gateway: GatewayProcess; seen: () => [upstream: number, mirror: number] }> {
    const [upstream, mirror] = await Promise.all([
      origin(options.upstream),
      origin(options.mirror),
    ]);
    const gateway = await runtime.start({
      routes: [{ id: '1', ...route(upstream, mirror, { plugin: { timeout: 60 } }) }],
      env: {
        SHUTDOWN_TIMEOUT: String(options.timeout),
        LOG_LEVEL: 'debug',
        ...(options.delay !== undefined && { SHUTDOWN_DELAY: String(options.delay) }),
      },
    });
    onTestFinished(async () => {
      gateway.program.signal('SIGKILL');
      await Promise.all([upstream.close(), mirror.close()]);
    });
    return { gateway, seen: () => [upstream.seen.length, mirror.seen.length] };
  }

  it('stops accepting, and finishes a request that has no response yet', async () => {
    const held: (() => void)[] = [];
    const { gateway, seen } = await started({
      upstream: ({ url }, response) => held.push(() => response.end(`late ${url}`)),
      timeout: 60,
    });
    const response = fetch(`${gateway.url}/slow`);
    await until(() => seen()[0] === 1, LIMIT_MS, 'the request to arrive');
    gateway.program.signal('SIGTERM');
    await until(() => refuses(gateway.port), LIMIT_MS, 'new connections to be refused');
    expect(gateway.program.child.exitCode).toBe(null);
    held[0]!();
    expect([(await response).status, await (await response).text()]).toEqual([200, 'late /slow']);
    expect(await gateway.program.exited).toBe(0);
  });

  it('finishes a response that is half sent', async () => {
    const rest: (() => void)[] = [];
    const { gateway } = await started({
      upstream: (_, response) => {
        response.write('first half, ');
        rest.push(() => response.end('second half'));
      },
      timeout: 60,
    });
    const response = await fetch(`${gateway.url}/half`);
    gateway.program.signal('SIGTERM');
    await until(() => refuses(gateway.port), LIMIT_MS, 'new connections to be refused');
    rest[0]!();
    expect(await response.text()).toBe('first half, second half');
    expect(await gateway.program.exited).toBe(0);
  });

  it('finishes copies in flight', async () => {
    const held: (() => void)[] = [];
    const { gateway, seen } = await started({
      mirror: (_, response) => held.push(() => response.end('late')),
      timeout: 60,
    });
    expect((await fetch(`${gateway.url}/copied`)).status).toBe(200);
    await until(() => seen()[1] === 1, LIMIT_MS, 'the copy to arrive');
    gateway.program.signal('SIGTERM');
    await until(() => refuses(gateway.port), LIMIT_MS, 'new connections to be refused');
    expect(gateway.program.child.exitCode).toBe(null);
    held[0]!();
    expect(await gateway.program.exited).toBe(0);
    expect(outcomes(gateway)).toEqual(['sent 2xx']);
  });

  it.each([
    { what: 'a mirror', silent: 'mirror' as const },
    { what: 'an upstream', silent: 'upstream' as const },
  ])('does not wait longer than SHUTDOWN_TIMEOUT for $what', async ({ silent }) => {
    const { gateway, seen } = await started({ [silent]: () => {}, timeout: 1 });
    const response = fetch(`${gateway.url}/never`).then(
      ({ status }) => status,
      () => null,
    );
    await until(() => seen().every((count) => count === 1), LIMIT_MS, 'both to be asked');
    const began = performance.now();
    gateway.program.signal('SIGTERM');
    expect(await gateway.program.exited).toBe(0);
    const took = performance.now() - began;
    // Timers may fire a few milliseconds early; routes give copies and upstreams 60 s.
    expect(took).toBeGreaterThan(900);
    expect(took).toBeLessThan(LIMIT_MS);
    expect(await response).not.toBe(silent === 'mirror' ? null : 200);
    if (silent === 'mirror') expect(outcomes(gateway)).toEqual(['failed shutdown']);
  });

  it.each([
    { what: 'that waits for its next request', ask: `GET /a HTTP/1.1\r\nHost: a\r\n\r\n` },
    { what: 'that was never used', ask: '' },
  ])('does not wait for a connection $what', async ({ ask }) => {
    const { gateway } = await started({ timeout: 60 });
    const idle = connect(gateway.port, '127.0.0.1');
    idle.on('error', () => {});
    onTestFinished(() => void idle.destroy());
    let got = '';
    idle.on('data', (text) => (got += String(text)));
    idle.write(ask);
    await until(() => ask === '' || got.includes('GET /a\n'), LIMIT_MS, 'the response');
    // The gateway has accepted the connection once a later one has got its response.
    expect((await fetch(`${gateway.url}/b`)).status).toBe(200);
    const began = performance.now();
    expect(await gateway.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(LIMIT_MS);
  });

  it('takes two signals at once as one', async () => {
    const held: (() => void)[] = [];
    const { gateway, seen } = await started({
      mirror: (_, response) => held.push(() => response.end('late')),
      timeout: 60,
    });
    expect((await fetch(`${gateway.url}/copied`)).status).toBe(200);
    await until(() => seen()[1] === 1, LIMIT_MS, 'the copy to arrive');
    // A terminal and npm send signals like this together.
    for (const signal of ['SIGINT', 'SIGINT', 'SIGTERM'] as const) gateway.program.signal(signal);
    await until(() => refuses(gateway.port), LIMIT_MS, 'new connections to be refused');
    held[0]!();
    expect(await gateway.program.exited).toBe(0);
    expect(outcomes(gateway)).toEqual(['sent 2xx']);
  });

  it('ends at once at a second signal', async () => {
    const { gateway, seen } = await started({ mirror: () => {}, timeout: 600 });
    expect((await fetch(`${gateway.url}/copied`)).status).toBe(200);
    await until(() => seen()[1] === 1, LIMIT_MS, 'the copy to arrive');
    let code: number | null | undefined;
    void gateway.program.exited.then((status) => (code = status));
    await until(
      () => {
        gateway.program.signal('SIGTERM');
        return code !== undefined;
      },
      LIMIT_MS,
      'the end',
    );
    expect(code).not.toBe(0);
  });

  it('goes on for SHUTDOWN_DELAY, but is not ready', async () => {
    const { gateway, seen } = await started({ timeout: 60, delay: 3 });
    const ready = async () => (await fetch(`${gateway.url}/apisix/status/ready`)).status;
    expect(await ready()).toBe(200);
    const began = performance.now();
    gateway.program.signal('SIGTERM');
    await until(async () => (await ready()) === 503, LIMIT_MS, 'readiness to end');
    for (const path of ['/a', '/b', '/c']) {
      expect((await fetch(gateway.url + path)).status).toBe(200);
    }
    expect((await fetch(`${gateway.url}/apisix/status`)).status).toBe(200);
    await gateway.put('2', { uri: '/2', plugins: {} });
    expect(await (await fetch(`${gateway.url}/apisix/status/ready`)).json()).toEqual({
      error_msg: 'this server is about to stop',
    });
    await until(() => seen()[1] === 3, LIMIT_MS, 'the copies');
    // New connections, long after the signal.
    expect(performance.now() - began).toBeLessThan(3000);
    expect(await gateway.program.exited).toBe(0);
    expect(performance.now() - began).toBeGreaterThan(2900);
  });

  it('does not wait for SHUTDOWN_DELAY at SIGINT', async () => {
    const { gateway } = await started({ timeout: 60, delay: 600 });
    gateway.program.signal('SIGINT');
    expect(await gateway.program.exited).toBe(0);
  });

  it('ends with 0 at SIGINT, too', async () => {
    const { gateway } = await started({ timeout: 60 });
    gateway.program.signal('SIGINT');
    expect(await gateway.program.exited).toBe(0);
  });
}

/** Outcomes of copies, from the log. */
function outcomes({ program }: GatewayProcess): string[] {
  return logged(program)
    .filter(({ properties }) => 'outcome' in properties)
    .map(({ properties: { outcome, reason } }) => `${String(outcome)} ${String(reason)}`);
}
