import { freePort } from '../../test/support/ports.ts';
import type { Program } from '../../test/support/process.ts';
import type { TestRuntime } from '../../test/runtimes/runtime.ts';
import { route } from '../../test/support/origin.ts';
import { sample } from '../../test/support/outcomes.ts';
import { until } from '../../test/support/until.ts';
import { responds } from '../load/responds.ts';
import { openFolder, removeFolder } from '../origins/folder.ts';
import type { NginxOrigin } from '../origins/nginx-origin.ts';
import type { OwnProcess } from '../own-process.ts';
import { titleOf } from '../runtimes.ts';
import { mirroringNginx } from '../subjects/nginx.ts';

/** A gateway whose processor time is measured. It mirrors `/mirrored` and forwards `/plain`. */
export interface Subject {
  readonly title: string;
  readonly workers: number;
  readonly url: string;
  readonly program: Program;
  /** Copies so far that the mirror responded to. */
  copies(): Promise<number>;
  /** Whether no copy is on its way. */
  isIdle(): Promise<boolean>;
  stop(): Promise<unknown>;
}

/** Our gateway, as its users start it. */
export async function ours(
  runtime: TestRuntime,
  upstream: OwnProcess,
  mirror: OwnProcess,
  workers: number,
): Promise<Subject> {
  const node = { node: `127.0.0.1:${upstream.port}` };
  const routes = [
    { id: 'plain', ...route(node, null, { uri: '/plain' }) },
    { id: 'mirrored', ...route(node, mirror, { uri: '/mirrored' }) },
  ];
  const env = workers > 1 ? { WORKERS: String(workers) } : undefined;
  const gateway = await runtime.start({ routes, ...(env && { env }) });
  return {
    title: titleOf(runtime),
    workers,
    url: gateway.url,
    program: gateway.program,
    copies: () => sample(gateway, 'mirror_copies_total', { outcome: 'sent' }),
    isIdle: async () => (await sample(gateway, 'mirror_in_flight')) === 0,
    stop: () => gateway.stop(),
  };
}

/** nginx with its `mirror`: what as many workers cost a server that shares nothing between them. */
export async function nginx(
  upstream: OwnProcess,
  mirror: NginxOrigin,
  workers: number,
): Promise<Subject> {
  const [folder, port] = await Promise.all([openFolder(), freePort()]);
  const place = { port, folder, upstream: upstream.url, mirror: mirror.url, stalled: mirror.url };
  // As our gateway, it keeps bodies in memory.
  const program = await mirroringNginx(place, 'client_body_buffer_size 1m;', workers);
  const url = `http://127.0.0.1:${port}`;
  await until(() => responds(`${url}/plain`), 5000, 'nginx to respond');
  return {
    title: 'nginx',
    workers,
    url,
    program,
    copies: async () => (await mirror.status()).requests,
    isIdle: async () => (await mirror.status()).open === 0,
    async stop() {
      program.signal('SIGQUIT');
      await program.exited;
      await removeFolder(folder);
    },
  };
}
