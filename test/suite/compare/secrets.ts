import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reportHtml } from '../../../src/compare/report/print/html.ts';
import { reportMarkdown } from '../../../src/compare/report/print/markdown.ts';
import { reportText } from '../../../src/compare/report/print/text.ts';
import type { Report } from '../../../src/compare/report/report.ts';
import type { GatewayProcess, TestRuntime } from '../../runtimes/runtime.ts';
import { send } from '../../support/client.ts';
import { origin, type Origin, route } from '../../support/origin.ts';
import { freePort } from '../../support/ports.ts';
import { settled } from '../../support/outcomes.ts';
import { until } from '../../support/until.ts';
import { can } from '../platform.ts';
import { MARK, PLACES, planting, REDACT, secretRequest } from './planted.ts';
import { resultsOf } from './routes.ts';

const ROUNDS = 3;

/** Secrets are planted in all that passes, and searched for in all that leaves a gateway beside the responses. */
export function secrets(runtime: TestRuntime): void {
  const paths = Object.keys(PLACES).filter(
    (path) => path !== '/trailers' || can(runtime.name, 'trailersOfResponse'),
  );
  let folder: string;
  let gateway: GatewayProcess;
  let upstream: Origin;
  let mirror: Origin;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-secrets-'));
    [gateway, upstream, mirror] = await Promise.all([
      runtime.start({ folder, env: { LOG_LEVEL: 'debug' } }),
      origin(planting('primary')),
      origin(planting('mirror')),
    ]);
  });
  afterAll(async () => {
    await gateway.stop();
    await Promise.all([upstream.close(), mirror.close(), rm(folder, { recursive: true })]);
  });

  async function put(id: string, plugin: object): Promise<void> {
    await gateway.put(id, route(upstream, mirror, { uri: `/${id}/*`, plugin }));
  }

  /** The report of a route, after all requests have been sent to it and compared. */
  async function reportOf(id: string): Promise<Report> {
    const count = ROUNDS * paths.length;
    for (let round = 0; round < ROUNDS; round += 1)
      for (const path of paths) {
        const [target, options] = secretRequest(path);
        await send(gateway.url, `/${id}${target}`, options);
      }
    await settled(gateway, id, count);
    let report: Report | undefined;
    await until(
      async () => {
        report = (await (await gateway.admin(`admin/report?route=${id}`)).json()) as Report;
        return report.mirrors[0] !== undefined && resultsOf(report.mirrors[0]) >= count;
      },
      20_000,
      `${count} compared pairs of ${id}`,
    );
    return report!;
  }

  /** All files that the gateway keeps: routes, and what the simulator of Workers has on disk. */
  async function stored(): Promise<string> {
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const texts = files
      .filter((file) => file.isFile())
      .map((file) => readFile(join(file.parentPath, file.name), 'latin1').catch(() => ''));
    return (await Promise.all(texts)).join('\n');
  }

  it('leaves none of them in report, log, metrics and storage', { timeout: 60_000 }, async () => {
    const id = 'redacted';
    const dead = `http://127.0.0.1:${await freePort()}`;
    const rules = {
      compare: { baseline: 'primary', baseline_ratio: 1, keep: 20 },
      redact: REDACT,
    };
    await put(id, rules);
    await gateway.put('dead', {
      uri: '/dead/*',
      upstream: { nodes: { [new URL(dead).host]: 1 } },
      plugins: { 'proxy-mirror': { host: dead, ...rules } },
    });
    const [target, options] = secretRequest('/json');
    expect((await send(gateway.url, `/dead${target}`, options)).status).toBe(502);
    const report = await reportOf(id);
    await settled(gateway, 'dead', 1);

    const found = JSON.stringify(report);
    for (const place of ['set-cookie', 'x-session', 'location', '/user/password', '/vault'])
      expect(found).toContain(`"place":"${place}"`);
    expect(found.match(/#[\da-f]{8}/g)!.length).toBeGreaterThan(50);
    const log = () => gateway.program.stdout() + gateway.program.stderr();
    await until(() => log().includes('/redacted/packed'));
    const metrics = await (await gateway.admin('prometheus/metrics')).text();
    expect(metrics).toContain('mirror_comparisons_total{route="redacted"');
    if (runtime.name === 'workers')
      await until(async () => (await stored()).includes('/user/password","kind'), 20_000, 'sums');

    const shown = {
      json: found,
      text: reportText(report),
      markdown: reportMarkdown(report),
      html: reportHtml(report),
      log: log(),
      metrics,
      storage: await stored(),
    };
    for (const [where, text] of Object.entries(shown))
      expect({ [where]: text.match(/hidden-[\w-]+/g) ?? [] }).toEqual({ [where]: [] });
  });

  it('keeps all of them from the mirror, where copies are redacted', async () => {
    const id = 'copied';
    await put(id, { redact: { ...REDACT, copy: true } });
    for (const path of paths) {
      const [target, options] = secretRequest(path);
      await send(gateway.url, `/${id}${target}`, options);
    }
    const body = `user=${MARK}form`;
    await send(gateway.url, `/${id}/text`, { method: 'POST', body });
    expect(await settled(gateway, id, paths.length + 1)).toMatchObject({ 'skipped filtered': 1 });
    const seenBy = ({ seen }: Origin) =>
      seen
        .filter(({ url }) => url.startsWith(`/${id}/`))
        .map((one) => `${one.url} ${one.rawHeaders.join()} ${one.body.toString()}`);
    expect(seenBy(upstream).filter((text) => text.includes(MARK))).toHaveLength(paths.length + 1);
    expect(seenBy(mirror)).toHaveLength(paths.length);
    expect(seenBy(mirror).filter((text) => text.includes(MARK))).toEqual([]);
    const hash = String.raw`"#[\da-f]{8}"`;
    const json = new RegExp(`^/${id}/json.* {"user":{"password":${hash}},"vault":${hash}}$`);
    expect(seenBy(mirror)).toContainEqual(expect.stringMatching(json));
  });

  it('finds them where nothing is redacted, or the search would prove nothing', async () => {
    const id = 'open';
    await put(id, { compare: { baseline: 'primary', baseline_ratio: 1, keep: 20 } });
    const found = JSON.stringify(await reportOf(id));
    for (const where of ['session', 'user', 'location', 'url', 'password', 'in-vault', 'text'])
      expect(found).toMatch(new RegExp(`${MARK}${where}-(?:primary|mirror)`));
    // Credentials are hidden even so.
    expect(found).not.toMatch(/hidden-(?:authorization|api-key|cookie)/);
  });
}
