import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { controlPlaneGuard } from '../../src/admin/guard.ts';
import { reportApi } from '../../src/compare/report/api.ts';
import type { Report } from '../../src/compare/report/report.ts';
import { createReportSums } from '../../src/compare/report/sums.ts';
import { KEY, type TestServerRuntime } from '../runtimes/runtime.ts';
import { compared, difference, pair } from '../unit/compare/report/pairs.ts';
import { authority } from '../support/certificate.ts';
import { commandLines } from '../support/command-lines.ts';
import { origin, route } from '../support/origin.ts';
import { until } from '../support/until.ts';
import { linesOf, resultOf } from './start-stop/bad-settings.ts';
import { tlsPortOf } from './tls.ts';

/** `proxy-mirror report`, against the app that a gateway has for it. */
export function reportCommand(runtime: TestServerRuntime): void {
  let folder: string;
  const servers: Server[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-report-'));
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** A control plane with a report: of 1,000 pairs of route `a` 2 differ, and none of 10 of route `b`. */
  async function controlPlane(): Promise<string> {
    const sums = createReportSums();
    for (let i = 0; i < 1000; i += 1)
      sums.pair(pair(i < 2 ? compared(difference('/price')) : compared(), { route: 'a' }));
    for (let i = 0; i < 10; i += 1)
      sums.pair(pair(compared(), { route: 'b', mirror: 'http://b.example' }));
    const guard = controlPlaneGuard({ adminKey: KEY, isLocal: () => false });
    const api = reportApi(sums);
    return serve((request, response) => {
      const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
      const { method = '', url = '' } = request;
      const asked = new Request(`http://gateway.example${url}`, {
        method,
        headers: headers as [string, string][],
      });
      void respond(asked, response);
    });

    async function respond(asked: Request, response: ServerResponse): Promise<void> {
      const { status, headers, body } = (await guard(asked, {})) ?? (await reportOf(asked));
      response.writeHead(status, Object.fromEntries(headers));
      response.end(await new Response(body).text());
    }
    async function reportOf(asked: Request): Promise<Response> {
      const isThere = new URL(asked.url).pathname === '/apisix/admin/report';
      return isThere ? api[asked.method]!(asked) : new Response(null, { status: 404 });
    }
  }

  const run = commandLines(runtime, () => folder);
  async function reported(url: string, args: readonly string[] = [], key: string = KEY) {
    const env = key === '' ? {} : { ADMIN_KEY: key };
    const { status, stdout, stderr } = await run(['report', '--url', url, ...args], env);
    return { status, stdout, stderr: linesOf(stderr).join('\n') };
  }
  /** The same in a process of its own. */
  function started(url: string, ...args: readonly string[]) {
    const all = ['report', '--url', url, ...args];
    return resultOf(runtime.launch(folder, { args: all, env: { ADMIN_KEY: KEY } }));
  }

  it('prints a text to be read', async () => {
    const { status, stdout, stderr } = await started(await controlPlane());
    expect({ status, stderr: linesOf(stderr).join('') }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('route a -> http://mirror.example\n  2 of 1,000 pairs differ: 0.2 %');
    expect(stdout).toContain('route b -> http://b.example\n  0 of 10 pairs differ: under 30 %');
  });

  it('prints JSON, Markdown and HTML, of one route or one mirror', async () => {
    const url = await controlPlane();
    const json = await reported(url, ['--json', '--route', 'a']);
    const { mirrors } = JSON.parse(json.stdout) as Report;
    expect(mirrors.map((one) => [one.route, one.different])).toEqual([['a', 2]]);
    const markdown = await reported(url, ['--markdown', '--mirror', 'http://b.example']);
    expect(markdown.stdout.match(/^## .*/gm)).toHaveLength(1);
    const html = await reported(url, ['--html']);
    expect(html.stdout).toMatch(/^<!doctype html>[^]*<\/html>\n$/);
  });

  describe('as a gate', () => {
    it.each([
      [['--fail-on', 'different>1%'], 0, 'passed: different>1%: route a'],
      [['--fail-on', 'different>0.1%'], 1, 'failed: different>0.1%: route a'],
      [['--fail-on', 'new_5xx>0', '--fail-on', 'different>=0.2%'], 1, 'failed: different>=0.2%'],
      [['--fail-on', 'different>0.1%', '--min-pairs', '1000'], 2, 'unknown: route b'],
      [['--fail-on', 'different>1%', '--min-pairs', '1000', '--route', 'a'], 0, 'passed'],
    ])('%j: status %i', async (args, expected, line) => {
      const { status, stdout, stderr } = await reported(await controlPlane(), [...args, '--json']);
      expect(status).toBe(expected);
      expect(stderr).toContain(line);
      JSON.parse(stdout);
    });
  });

  it('ends the process with the status of the gate', async () => {
    const url = await controlPlane();
    expect((await started(url, '--fail-on', 'different>0.1%')).status).toBe(1);
    expect((await started('http://127.0.0.1:1', '--fail-on', 'different>0.1%')).status).toBe(2);
  });

  it('a mirror that dies passes no gate with "skipped", and a line says so in any', async () => {
    const [upstream, mirror] = await Promise.all([origin(), origin()]);
    const plugin = { compare: true, methods: ['GET'], breaker: { failures: 2, open: 60 } };
    const gateway = await runtime.start({
      routes: [{ id: 'a', ...route(upstream, mirror, { plugin }) }],
    });
    onTestFinished(async () => void (await Promise.all([gateway.stop(), upstream.close()])));
    const counts = async () => {
      const { mirrors } = (await (await gateway.admin('admin/report')).json()) as Report;
      const { pairs = 0, skipped = {} } = mirrors[0] ?? {};
      return { pairs, skipped: skipped['breaker_open'] ?? 0 };
    };
    const send = async (method: string) => (await fetch(gateway.url, { method })).text();
    for (let i = 0; i < 200; i += 1) await send('GET');
    await until(async () => (await counts()).pairs === 200, 20_000, 'the pairs');
    await mirror.close();
    // Copies that nobody wants are left out.
    for (let i = 0; i < 300; i += 1) await send('POST');
    await until(
      async () => {
        await send('GET');
        return (await counts()).skipped > 250;
      },
      30_000,
      'the copies that the breaker holds back',
    );
    const others = ['different>0', 'failed>5%', 'not_compared>5%', 'new_5xx>0'];
    const args = others.flatMap((condition) => ['--fail-on', condition]);
    const without = await reported(gateway.url, args);
    expect(without.status).toBe(0);
    const caution = new RegExp(
      String.raw`^caution: route a -> ${mirror.url}: most copies were skipped \(breaker_open \d+\): the pairs say little about now$`,
      'm',
    );
    expect(without.stderr).toMatch(caution);
    const all = await reported(gateway.url, [...args, '--fail-on', 'skipped>5%']);
    expect(all.status).toBe(1);
    expect(all.stderr).toMatch(/^failed: skipped>5%: route a -> \S+: 5\d %$/m);
    expect(all.stderr).toMatch(caution);
  });

  describe('over TLS', () => {
    const { cert: ca, issue } = authority();
    let port: number;
    beforeAll(async () => {
      const files = ['ca', 'cert', 'key'].map((name) => join(folder, `${name}.pem`));
      const { cert, key } = issue('127.0.0.1');
      await Promise.all([ca, cert, key].map((text, i) => writeFile(files[i]!, text)));
      const env = { TLS_PORT: '0', TLS_CERT: files[1]!, TLS_KEY: files[2]!, LOG_LEVEL: 'info' };
      const gateway = await runtime.start({ env });
      port = tlsPortOf(gateway);
      return async () => void (await gateway.stop());
    });
    const asked = async (host: string, env: Readonly<Record<string, string>>) => {
      const args = ['report', '--url', `https://${host}:${port}`];
      const program = runtime.launch(folder, { args, env: { ADMIN_KEY: KEY, ...env } });
      const { status, stdout, stderr } = await resultOf(program);
      return { status, stdout, stderr: linesOf(stderr).join('\n') };
    };

    it('a certificate that is not trusted: says so, and what to set', async () => {
      const { status, stdout, stderr } = await asked('127.0.0.1', {});
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(
        /^proxy-mirror: https:\/\/127\.0\.0\.1:\d+: its certificate is not trusted: [^\n]+; set NODE_EXTRA_CA_CERTS to the file of its authority, or of itself if it is self-signed$/,
      );
    });

    it('an authority in NODE_EXTRA_CA_CERTS', async () => {
      const env = { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
      const { status, stdout } = await asked('127.0.0.1', env);
      expect(status).toBe(0);
      expect(stdout).toMatch(/^no response was compared yet/m);
    });

    it('a certificate for another name', async () => {
      const env = { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
      const { status, stderr } = await asked('localhost', env);
      expect(status).toBe(2);
      expect(stderr).toMatch(/^proxy-mirror: https:\S+: its certificate is not accepted: [^\n]+$/);
    });
  });

  describe('without a report: status 2 and a line that helps', () => {
    it.each([
      ['', 'status 401: failed to check token: missing apikey: set ADMIN_KEY to the key'],
      ['another', 'status 401: failed to check token: wrong apikey: set ADMIN_KEY to the key'],
      ['ké', 'ADMIN_KEY: expected visible ASCII characters, found others'],
    ])('the key %j', async (key, message) => {
      const { status, stdout, stderr } = await reported(await controlPlane(), [], key);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/^proxy-mirror: [^\n]*$/);
      expect(stderr).toContain(message);
    });

    it.each<[string, RequestListener, string]>([
      [
        'another server',
        (_, response) => response.end('<html>'),
        'expected a report of a proxy-mirror gateway, found: wrong type',
      ],
      [
        'another JSON',
        (_, response) => response.end('{"mirrors": [1]}'),
        'gateway, found: mirrors[0]: wrong type: expected object, got number; since',
      ],
      ['nothing there', (_, response) => response.writeHead(404).end(), 'it knows no report'],
      [
        'a redirection',
        (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
        'status 302',
      ],
      ['a connection that breaks', (request) => request.destroy(), 'no gateway responds there'],
      [
        'a body that breaks',
        (_, response) => {
          response.writeHead(200, { 'content-length': '100' });
          response.write('{', () => response.destroy());
        },
        'no gateway responds there',
      ],
      [
        'an error that would control the terminal',
        (_, response) => response.writeHead(500).end('{"error_msg": "\\u001b[2J\\nx"}'),
        'status 500: \\u001b[2J\\u000ax',
      ],
    ])('%s', async (_, listener, message) => {
      const { status, stdout, stderr } = await reported(await serve(listener));
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/^proxy-mirror: http:\/\/127\.0\.0\.1:\d+: [^\n]*$/);
      expect(stderr).toContain(message);
      expect(stderr).not.toContain(KEY);
    });

    it.each([
      [['--route', 'c'], '--route "c"'],
      [['--mirror', 'http://b.example/'], '--mirror "http://b.example/"'],
      [['--route', 'a', '--mirror', 'http://b.example'], '--route "a" --mirror "http://b.example"'],
    ])('a mirror that is not in it: %j', async (args, named) => {
      const { status, stdout, stderr } = await reported(await controlPlane(), [...args, '--json']);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      const those = 'route a -> http://mirror.example, route b -> http://b.example';
      expect(stderr).toContain(`: no mirror in the report with ${named}: expected one of ${those}`);
    });

    it('nobody there', async () => {
      const url = await serve(() => {});
      const server = servers.pop()!;
      await new Promise((resolve) => server.close(resolve));
      const { status, stderr } = await reported(url);
      expect(status).toBe(2);
      expect(stderr).toMatch(`${url}: no gateway responds there: `);
      expect(stderr).toMatch(/; --url says where it is$/);
    });
  });

  it.each([
    [
      ['--fail-on', 'diferent>1%'],
      '--fail-on: unknown measure "diferent": did you mean different?',
    ],
    [['--min-pairs', 'many'], '--min-pairs: expected a whole number from 0'],
    [['--json', '--html'], 'report: expected one format, found --json and --html'],
    [['--url', 'http://a/b'], '--url: expected http:// or https://, a host and optionally a port'],
    [['--fail'], 'unknown flag "--fail"'],
  ])('refuses %j', async (args, message) => {
    const { status, stdout, stderr } = await reported('http://127.0.0.1:1', args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(`proxy-mirror: ${message}`);
  });
}
