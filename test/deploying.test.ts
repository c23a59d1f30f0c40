import { chmodSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { manifests, TOOLS, typed } from './deploying/manifest.ts';
import { assignments, deployed } from './deploying/unit.ts';
import { removeTemporary, temporary } from './package/project.ts';
import { finished, start } from './real-programs/command.ts';
import { needing, program } from './real-programs/program.ts';
import { ROOT } from './runtimes/paths.ts';
import { send } from './support/client.ts';
import { origin } from './support/origin.ts';
import { freePort } from './support/ports.ts';
import { until } from './support/until.ts';

// The files below docs/deploying, as they are but for paths and ports.

afterAll(removeTemporary);

type Env = Readonly<Record<string, string>>;

/** Runs the program as the unit or the image does. */
async function serve(env: Env, cwd: string) {
  const settings = {
    ...env,
    PORT: String(await freePort()),
    ADMIN_PORT: String(await freePort()),
    HOST: '127.0.0.1',
  };
  const server = start(process.execPath, [join(ROOT, 'dist/cli/main.js')], { env: settings, cwd });
  onTestFinished(() => server.signal('SIGKILL'));
  const url = `http://127.0.0.1:${settings.PORT}`;
  const control = `http://127.0.0.1:${settings.ADMIN_PORT}`;
  /** The status of a path of the control plane; 0 before it listens. */
  const status = async (path: string) =>
    send(control, path).then(
      (response) => response.status,
      () => 0,
    );
  return { server, url, status };
}

describe('the unit of systemd', () => {
  const unit = assignments('proxy-mirror.service');
  const settings = assignments('proxy-mirror.env');

  /** In a folder, with the path of this machine's Node. */
  async function installed(): Promise<string> {
    const path = join(await temporary('unit'), 'proxy-mirror.service');
    const text = readFileSync(deployed('proxy-mirror.service'), 'utf8');
    await writeFile(path, text.replace('/usr/bin/node', process.execPath));
    return path;
  }

  needing(['systemd-analyze'], 'to systemd', () => {
    it('has no fault', async () => {
      const path = await installed();
      const found = await finished(start(program('systemd-analyze'), ['verify', path]));
      expect(found).toEqual({ status: 0, stdout: '', stderr: '' });
    });

    it('leaves as few rights as the page says', async () => {
      const path = await installed();
      const args = ['security', '--offline=true', '--threshold=20', path];
      const { status, stdout } = await finished(start(program('systemd-analyze'), args));
      expect(status).toBe(0);
      const [, exposure] = /exposure level .*: ([\d.]+)/.exec(stdout)!;
      expect(readFileSync(join(ROOT, 'docs/deploying.md'), 'utf8')).toContain(`: ${exposure}, `);
    });
  });

  it('starts the program with its settings, and stops it in less time than it has', async () => {
    expect(unit.get('ExecStart')!.replace('/opt/proxy-mirror/', '')).toBe(
      '/usr/bin/node dist/cli/main.js',
    );
    const delays = [settings.get('SHUTDOWN_DELAY') ?? '0', settings.get('SHUTDOWN_TIMEOUT')!];
    const longest = delays.map(Number).reduce((sum, seconds) => sum + seconds);
    expect(Number(unit.get('TimeoutStopSec'))).toBeGreaterThan(longest);

    const { server, status } = await serve(Object.fromEntries(settings), await temporary('unit'));
    await until(async () => (await status('/apisix/status/ready')) === 200, 20_000);
    const [, signal] = /^\/bin\/kill -(\w+) \$MAINPID$/.exec(unit.get('ExecReload')!)!;
    server.child.kill(`SIG${signal}` as NodeJS.Signals);
    await until(() => server.stdout().includes('reading the routes again'));
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
  });

  it('does not start it again when a setting is wrong', async () => {
    const { server } = await serve({ SHUTDOWN_TIMEOUT: 'soon' }, await temporary('unit'));
    expect(String(await server.exited)).toBe(unit.get('RestartPreventExitStatus'));
  });
});

describe("certbot's hook", () => {
  const hook = (env: Env) => finished(start(deployed('certbot-hook.sh'), [], { env }));

  it('copies both files for the group, and leaves nothing else', async () => {
    const [renewed, to] = await Promise.all([temporary('renewed'), temporary('tls')]);
    for (const name of ['fullchain.pem', 'privkey.pem', 'chain.pem'])
      await writeFile(join(renewed, name), name);
    chmodSync(join(renewed, 'privkey.pem'), 0o600);
    const group = String(process.getgid!());
    const env = { RENEWED_LINEAGE: renewed, PROXY_MIRROR_TLS: to, PROXY_MIRROR_GROUP: group };
    for (let round = 0; round < 2; round++)
      expect(await hook(env)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect((await readdir(to)).toSorted()).toEqual(['fullchain.pem', 'privkey.pem']);
    for (const name of await readdir(to)) {
      expect(readFileSync(join(to, name), 'utf8')).toBe(name);
      expect(((await stat(join(to, name))).mode & 0o777).toString(8)).toBe('640');
    }
  });

  it('says what it expects', async () => {
    const { status, stderr } = await hook({});
    expect(status).not.toBe(0);
    expect(stderr).toContain('RENEWED_LINEAGE: certbot sets it');
  });
});

describe('the manifests of Kubernetes', () => {
  const all = manifests();
  const { spec: pod } = all.get('Deployment')!.spec.template;
  const [container] = pod.containers;

  /** Its variables, with the secret's value. */
  const env = Object.fromEntries(
    container.env.map(({ name, value = 'secret' }: Env) => [name!, value]),
  ) as Env;

  it('have the fields of their kinds alone, with values that these may have', async () => {
    const folder = await temporary('manifests');
    await symlink(join(TOOLS, 'node_modules'), join(folder, 'node_modules'));
    const deployment = all.get('Deployment')!;
    const wrong = { ...deployment, spec: { ...deployment.spec, replica: 2 } };
    await writeFile(join(folder, 'wrong.ts'), typed([wrong]));
    await writeFile(join(folder, 'right.ts'), typed(all.values()));
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023'];
    const check = (name: string) =>
      finished(
        start(join(ROOT, 'node_modules/.bin/tsc'), [...options, '--types', '', name], {
          cwd: folder,
        }),
      );
    expect(await check('right.ts')).toEqual({ status: 0, stdout: '', stderr: '' });
    expect((await check('wrong.ts')).stdout).toMatch(/"replica"' does not exist/);
  }, 60_000);

  it('refer to each other', () => {
    const { labels } = all.get('Deployment')!.spec.template.metadata;
    expect(all.get('Deployment')!.spec.selector.matchLabels).toEqual(labels);
    expect(all.get('Service')!.spec.selector).toEqual(labels);
    expect(all.get('PodDisruptionBudget')!.spec.selector.matchLabels).toEqual(labels);
    expect(pod.volumes[0].configMap.name).toBe(all.get('ConfigMap')!.metadata.name);
    expect(container.volumeMounts[0].name).toBe(pod.volumes[0].name);
    expect(env['ROUTES']).toBe(`${container.volumeMounts[0].mountPath}/routes.json`);
    const ports = new Map(container.ports.map((port: any) => [port.name, port.containerPort]));
    expect(String(ports.get('http'))).toBe(env['PORT']);
    expect(String(ports.get('control'))).toBe(env['ADMIN_PORT']);
    expect(all.get('Service')!.spec.ports.map((port: any) => port.targetPort)).toEqual(['http']);
  });

  it('run the image of this version, as its user', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(container.image).toBe(`proxy-mirror:${version}`);
    expect(pod.securityContext.runAsUser).toBe(1000);
  });

  it('start it, follow the ConfigMap, and let it end without a lost request', async () => {
    const shop = await origin((_, response) => response.end('shop'));
    onTestFinished(() => shop.close());
    const folder = await temporary('config-map');
    const routesFor = (node: string) =>
      all.get('ConfigMap')!.data!['routes.json']!.replace('shop.default.svc:80', node);
    // As the kubelet lays out a volume: what is mounted leads through one link, which is replaced.
    const mount = async (revision: string, text: string) => {
      await mkdir(join(folder, revision));
      await writeFile(join(folder, revision, 'routes.json'), text);
      await symlink(revision, join(folder, '..data_tmp'));
      await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    };
    await mount('..1', routesFor('127.0.0.1:9'));
    await symlink('..data/routes.json', join(folder, 'routes.json'));

    const { server, url, status } = await serve(
      { ...env, ROUTES: join(folder, 'routes.json'), SHUTDOWN_DELAY: '1' },
      folder,
    );
    const { startupProbe, livenessProbe, readinessProbe } = container;
    for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe])
      await until(async () => (await status(httpGet.path)) === 200, 20_000);
    expect((await send(url, '/tea')).status).toBe(502);
    await mount('..2', routesFor(shop.url.replace('http://', '')));
    await until(async () => (await send(url, '/tea')).status === 200, 20_000);

    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(
      Number(env['SHUTDOWN_DELAY']) + Number(env['SHUTDOWN_TIMEOUT']),
    );
    server.child.kill('SIGTERM');
    await until(async () => (await status(readinessProbe.httpGet.path)) === 503);
    expect(await status(livenessProbe.httpGet.path)).toBe(200);
    expect((await send(url, '/tea')).status).toBe(200);
    expect(await server.exited).toBe(0);
  });
});
