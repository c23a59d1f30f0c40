import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Report } from '../../src/compare/report/report.ts';
import { checkDocument } from '../../src/config/document.ts';
import type { GatewayProcess, TestServerRuntime } from '../runtimes/runtime.ts';
import { authority } from '../support/certificate.ts';
import { childrenOf } from '../support/children.ts';
import { logged } from '../support/log.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { line } from '../support/process.ts';
import { until } from '../support/until.ts';
import { limits } from './cluster/limits.ts';
import { Load } from './cluster/load.ts';
import { tlsPortOf } from './tls.ts';

const WORKERS = 2;
const LIMIT_MS = 20_000;

/** A worker that does not come to listen is given up after 10 s, and another one started. */
const PATIENT = { timeout: 120_000 };

/** Several processes that share a port. */
export function cluster(runtime: TestServerRuntime): void {
  // A row of the table in docs/running.md: should it fail on Deno, threads can compare there as well.
  it(`a process of node:cluster ${runtime.name === 'deno' ? 'cannot' : 'can'} start threads`, async () => {
    const program = runtime.launch(tmpdir(), {
      module: new URL('../support/forked-thread.mjs', import.meta.url),
      env: { WORKERS: String(WORKERS) },
    });
    const [, result] = await line(program, /a thread (\w+)/);
    expect(result).toBe(runtime.name === 'deno' ? 'fails' : 'works');
    await program.exited;
  });

  describe('two workers', () => {
    let gateway: GatewayProcess;
    let supervisor: number;
    let upstreams: readonly [Origin, Origin];
    let mirror: Origin;
    const workers = () => childrenOf(supervisor);

    beforeAll(async () => {
      upstreams = [
        await origin((_, response) => response.end('first')),
        await origin((_, response) => response.end('second')),
      ];
      mirror = await origin();
      gateway = await runtime.start({
        routes: [
          { id: '1', ...route(upstreams[0], mirror, { uri: '/load', plugin: { compare: true } }) },
        ],
        env: { WORKERS: String(WORKERS), LOG_LEVEL: 'debug' },
      });
      supervisor = supervisorOf(gateway);
    });
    afterAll(async () => {
      gateway.program.signal('SIGKILL');
      await Promise.all([...upstreams, mirror].map((one) => one.close()));
    });

    it('serve the same port, and count together', async () => {
      expect(workers()).toHaveLength(WORKERS);
      const load = new Load(`${gateway.url}/load`, 1);
      // Each worker gives its requests ids of its own.
      await until(() => requestIds(gateway).size === WORKERS, LIMIT_MS, 'requests of both');
      await load.stop();
      expect(load.failed).toBe(0);
      await until(async () => (await counted(gateway)) === load.done, LIMIT_MS, 'all counted');
      // On Deno, whose workers have no threads, as well.
      await until(async () => (await compared(gateway)) === load.done, LIMIT_MS, 'all compared');
      expect(gateway.program.stderr()).not.toContain('comparing failed');
    });

    it('have a write of the control plane in force when it has its response', async () => {
      const stale: string[] = [];
      await Promise.all(
        Array.from({ length: 4 }, async (_, writer) => {
          for (let i = 0; i < 50; i++) {
            const id = `w${writer}`;
            await gateway.put(id, route(upstreams[i % 2]!, undefined, { uri: `/${id}` }));
            const init = { headers: { connection: i % 3 === 0 ? 'close' : 'keep-alive' } };
            const text = await (await fetch(`${gateway.url}/${id}`, init)).text();
            if (text !== ['first', 'second'][i % 2]) stale.push(`${id} ${i}: ${text}`);
          }
        }),
      );
      expect(stale).toEqual([]);
    });

    it('lose with a worker that is killed no more than what it has in hand', PATIENT, async () => {
      const before = await counted(gateway);
      const load = new Load(`${gateway.url}/load`, 8);
      await until(() => load.done > 50, LIMIT_MS, 'load');
      const sums: number[] = [];
      const [victim] = workers();
      process.kill(victim!, 'SIGKILL');
      await until(
        async () => {
          sums.push(await counted(gateway));
          const now = workers();
          return now.length === WORKERS && !now.includes(victim!) && (await isReady(gateway));
        },
        60_000,
        () => `another worker than ${victim} (${workers().join()}: ${errorsOf(gateway)})`,
      );
      await load.stop();
      expect(load.failed).toBeLessThanOrEqual(8);
      expect(sums[0]).toBeGreaterThanOrEqual(before);
      expect(sums).toEqual(sums.toSorted((a, b) => a - b));
      const document: unknown = JSON.parse(await readFile(gateway.file!, 'utf8'));
      expect(checkDocument(document).ok).toBe(true);
    });

    it('are replaced on SIGUSR2 without a failed request', PATIENT, async () => {
      const old = workers();
      const load = new Load(`${gateway.url}/load`, 8);
      await until(() => load.done > 50, LIMIT_MS, 'load');
      process.kill(supervisor, 'SIGUSR2');
      await until(
        () => workers().length === WORKERS && old.every((pid) => !workers().includes(pid)),
        60_000,
        'other workers',
      );
      const { done } = load;
      await until(() => load.done > done + 50, LIMIT_MS, 'load');
      await load.stop();
      expect(load.failures).toEqual([]);
    });

    it('say together that they stop, and finish what they have in hand', async () => {
      const load = new Load(`${gateway.url}/load`, 2);
      await until(() => load.done > 10, LIMIT_MS, 'load');
      const stopped = load.stop();
      expect(await gateway.stop()).toBe(0);
      await stopped;
      expect(workers()).toEqual([]);
    });
  });

  describe('limits of two workers', () => limits(runtime));

  it('counts the TLS handshakes together that failed in any worker', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-cluster-'));
    const { cert, key } = authority().issue('one.test');
    const [TLS_CERT, TLS_KEY] = [join(folder, 'one.crt'), join(folder, 'one.key')];
    await Promise.all([writeFile(TLS_CERT, cert), writeFile(TLS_KEY, key)]);
    const gateway = await runtime.start({
      env: { WORKERS: String(WORKERS), TLS_PORT: '0', TLS_CERT, TLS_KEY, LOG_LEVEL: 'info' },
    });
    onTestFinished(async () => {
      await gateway.stop();
      await rm(folder, { recursive: true });
    });
    let failed = 0;
    await until(
      async () => {
        await Promise.all(Array.from({ length: 20 }, () => failHandshake(tlsPortOf(gateway))));
        failed += 20;
        return haveBothLogged(gateway);
      },
      LIMIT_MS,
      'failures in both workers',
    );
    const count = async () => (await gateway.metrics()).get('gateway_tls_handshake_failures_total');
    await until(async () => (await count()) === failed, LIMIT_MS, 'all to be counted, once');
  });

  it('ends its workers when the supervisor is killed', async () => {
    const gateway = await runtime.start({ env: { WORKERS: '2' } });
    const supervisor = supervisorOf(gateway);
    const workers = childrenOf(supervisor);
    expect(workers).toHaveLength(2);
    process.kill(supervisor, 'SIGKILL');
    await until(() => workers.every(isGone), LIMIT_MS, 'the workers to end');
  });

  it('says once why no worker can start', async () => {
    const taken = await origin();
    const env = { PORT: String(taken.port), HOST: '127.0.0.1', WORKERS: '2', LOG_LEVEL: 'error' };
    const args = ['--upstream', 'http://127.0.0.1:1', '--mirror', 'http://127.0.0.1:1'];
    const program = runtime.launch('/tmp', { args, env });
    expect(await program.exited).toBe(2);
    const lines = program
      .stderr()
      .split('\n')
      .filter((text) => /proxy-mirror: /.test(text));
    expect(lines).toEqual([expect.stringMatching(/cannot listen on 127\.0\.0\.1 .*in use/i)]);
    await taken.close();
  });

  it('holds routes of two URLs in memory, for all workers', async () => {
    const upstream = await origin();
    const args = ['--upstream', upstream.url, '--mirror', upstream.url, '--workers', '2'];
    const env = { PORT: '0', HOST: '127.0.0.1', ADMIN_PORT: '0' };
    const program = runtime.launch('/tmp', { args, env });
    const [, port, admin] = await line(
      program,
      /listening on http:\/\/127.0.0.1:(\d+), the control plane on http:\/\/127.0.0.1:(\d+)/,
    );
    const changed = await fetch(`http://127.0.0.1:${admin}/apisix/admin/routes/1`, {
      method: 'PATCH',
      body: '{"plugins": {"proxy-mirror": {"_meta": {"disable": true}}}}',
    });
    expect(changed.status).toBe(200);
    const before = upstream.seen.length;
    for (let i = 0; i < 10; i++) {
      const init = { headers: { connection: 'close' } };
      expect((await fetch(`http://127.0.0.1:${port}/`, init)).status).toBe(200);
    }
    program.signal('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(upstream.seen.length).toBe(before + 10);
    await upstream.close();
  });
}

/** The process that the line with the URL names. */
function supervisorOf({ program }: GatewayProcess): number {
  return Number(/as process (\d+)/.exec(program.stdout())![1]);
}

/** What ids of requests begin with, in the log. */
function requestIds({ program }: GatewayProcess): ReadonlySet<string> {
  const found = program.stdout().matchAll(/"requestId":"([0-9a-f-]{36})-\d+"/g);
  return new Set(Array.from(found, ([, id]) => id!));
}

/** Sends what is no handshake, and waits for the end of the connection. */
function failHandshake(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => {}).once('close', () => resolve());
    socket.resume().write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  });
}

/** Whether two workers have logged handshakes that failed: one of them does so once a second at most. */
function haveBothLogged({ program }: GatewayProcess): boolean {
  const times = logged(program)
    .filter(({ message }) => message.startsWith('a TLS handshake failed'))
    .map((entry) => Date.parse(entry['@timestamp']))
    .toSorted((a, b) => a - b);
  return times.some((time, i) => i > 0 && time - times[i - 1]! < 1000);
}

async function counted(gateway: GatewayProcess): Promise<number> {
  const samples = await gateway.metrics();
  return samples.get('gateway_requests_total{route="1",method="GET",code="200"}') ?? 0;
}

async function compared(gateway: GatewayProcess): Promise<number> {
  const report = (await (await gateway.admin('admin/report')).json()) as Report;
  return report.mirrors.reduce((sum, { pairs }) => sum + pairs, 0);
}

/** The last that it printed of what went wrong. */
function errorsOf({ program }: GatewayProcess): string {
  return program.stderr().slice(-1000);
}

async function isReady({ url }: GatewayProcess): Promise<boolean> {
  return (await fetch(`${url}/apisix/status/ready`).catch(() => null))?.status === 200;
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
