import { expect, it, onTestFinished } from 'vitest';
import type { Report } from '../../../src/compare/report/report.ts';
import type { TestServerRuntime } from '../../runtimes/runtime.ts';
import { grpcOrigin } from '../../support/grpc-origin.ts';
import { logged } from '../../support/log.ts';
import { origin } from '../../support/origin.ts';
import { line } from '../../support/process.ts';
import { until } from '../../support/until.ts';

const WARNING = 'writes are copied to the mirror as well: --methods GET,HEAD copies reads alone';

/** `--upstream` and `--mirror`, without a routes file: what else may be said of the mirror. */
export function twoUrls(runtime: TestServerRuntime, folder: () => string): void {
  async function launched(...args: readonly string[]) {
    const [upstream, mirror] = await Promise.all([
      origin((_, response) => response.end('{"price": 1}')),
      origin((_, response) => response.end('{"price": "1"}')),
    ]);
    const urls = ['--upstream', upstream.url, '--mirror', mirror.url];
    const program = runtime.launch(folder(), { args: ['--port', '0', ...urls, ...args] });
    onTestFinished(async () => {
      program.signal('SIGKILL');
      await Promise.all([upstream.close(), mirror.close()]);
    });
    const [, url] = await line(program, /(http:\/\/127\.0\.0\.1:\d+)\)? as /);
    const warnings = () => logged(program).filter(({ level }) => level === 'WARN');
    const send = async (method: string) => void (await fetch(`${url}/a`, { method })).text();
    return { url, mirror, warnings, send };
  }

  it('says at the start that writes are copied', async () => {
    const { warnings, mirror, send } = await launched();
    expect(warnings().map(({ message }) => message)).toEqual([WARNING]);
    await send('POST');
    await until(() => mirror.seen.length === 1, 20_000, 'the copy');
    expect(mirror.seen[0]!.method).toBe('POST');
  });

  it.each(['GET,HEAD', 'get,head', 'Head, get,GET'])(
    '--methods %s copies reads alone, and nothing is said',
    async (methods) => {
      const { warnings, mirror, send } = await launched('--methods', methods);
      for (const method of ['POST', 'GET', 'DELETE', 'HEAD']) await send(method);
      await until(() => mirror.seen.length === 2, 20_000, 'the copies of the reads');
      expect(mirror.seen.map(({ method }) => method).toSorted()).toEqual(['GET', 'HEAD']);
      expect(warnings()).toEqual([]);
    },
  );

  it('takes gRPC as well', async () => {
    const [upstream, mirror] = await Promise.all([grpcOrigin(), grpcOrigin()]);
    const args = ['--port', '0', '--upstream', upstream.url, '--mirror', mirror.url];
    const program = runtime.launch(folder(), { args });
    onTestFinished(async () => {
      program.signal('SIGKILL');
      await Promise.all([upstream.close(), mirror.close()]);
    });
    const [, url] = await line(program, /(http:\/\/127\.0\.0\.1:\d+)\)? as /);
    const response = await fetch(`${url}/a.Service/Call`, { method: 'POST', body: 'message' });
    expect([response.status, await response.text()]).toEqual([200, 'message']);
    await until(() => mirror.seen[0]?.isWhole === true, 20_000, 'the copy');
  });

  it('--compare has a report', async () => {
    const { url, send } = await launched('--compare');
    await send('GET');
    const args = ['report', '--url', url!, '--min-pairs', '1'];
    const found = async () => {
      const program = runtime.launch(folder(), { args });
      return (await program.exited) === 0 ? program.stdout() : '';
    };
    const asked = async () => (await fetch(`${url}/apisix/admin/report`)).json() as Promise<Report>;
    await until(async () => (await asked()).mirrors[0]?.pairs === 1, 20_000, 'the pair');
    expect(await found()).toMatch(/GET \/a: 1 of 1 pairs differ\n {4}\/price {2}type {2}1 /);
  });

  it('--baseline asks the old version once more', async () => {
    const { url } = await launched('--compare', '--baseline', 'primary');
    const response = await fetch(`${url}/apisix/admin/routes/1`);
    const { value } = (await response.json()) as { value: { plugins: Record<string, unknown> } };
    expect(value.plugins['proxy-mirror']).toMatchObject({ compare: { baseline: 'primary' } });
  });

  it('without --compare there is nothing in the report', async () => {
    const { url, mirror, send } = await launched();
    await send('GET');
    await until(() => mirror.seen.length === 1, 20_000, 'the copy');
    const response = await fetch(`${url}/apisix/admin/report`);
    expect(await response.json()).toMatchObject({ mirrors: [] });
  });
}
