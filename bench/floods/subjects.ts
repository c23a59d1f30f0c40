import { fileURLToPath } from 'node:url';
import type { TestServerRuntime } from '../../test/runtimes/runtime.ts';
import { route } from '../../test/support/origin.ts';
import { freePort } from '../../test/support/ports.ts';
import { type Program, run } from '../../test/support/process.ts';
import { until } from '../../test/support/until.ts';
import { responds } from '../load/responds.ts';
import { isInstalled } from '../machine/programs.ts';
import { openFolder, removeFolder } from '../origins/folder.ts';
import { runNginx } from '../origins/nginx.ts';
import type { SimpleServer } from '../origins/simple-server.ts';

/** A proxy that is flooded. Both of its ports are served by one process, and forward all paths that are asked for. */
export interface Subject {
  readonly title: string;
  /** Whether it must hold, or only shows what others do with the same flood. */
  readonly isOurs: boolean;
  /** Where it speaks HTTP/1.1. */
  readonly url: string;
  /** Where it speaks HTTP/2 with prior knowledge. */
  readonly floodedPort: number;
  readonly program: Program;
  stop(): Promise<unknown>;
}

const START_MS = 10_000;

export async function ours(runtime: TestServerRuntime, server: SimpleServer): Promise<Subject> {
  const upstream = { node: `127.0.0.1:${server.port}` };
  const gateway = await runtime.start({
    routes: ['/healthy', '/flooded'].map((uri, id) => ({
      id: String(id),
      ...route(upstream, null, { uri }),
    })),
    env: { LOG_LEVEL: 'error' },
  });
  return {
    title: runtime.name,
    isOurs: true,
    url: gateway.url,
    floodedPort: gateway.port,
    program: gateway.program,
    stop: () => gateway.stop(),
  };
}

/** What the same flood costs without us: the bare modules of Node, and nginx where it is installed. */
export async function others(server: SimpleServer): Promise<Subject[]> {
  const there = [bare(server)];
  if (isInstalled('nginx')) there.push(nginx(server));
  return Promise.all(there);
}

async function bare(server: SimpleServer): Promise<Subject> {
  const [port, floodedPort] = await Promise.all([freePort(), freePort()]);
  const file = fileURLToPath(new URL('bare.mjs', import.meta.url));
  const args = [port, floodedPort, server.port].map(String);
  return other('bare node:http2', port, floodedPort, run(process.execPath, [file, ...args]));
}

async function nginx(server: SimpleServer): Promise<Subject> {
  const [port, floodedPort, folder] = await Promise.all([freePort(), freePort(), openFolder()]);
  const program = await runNginx({
    folder,
    http: `upstream primary { server 127.0.0.1:${server.port}; keepalive 128; }
  server {
    listen 127.0.0.1:${port};
    listen 127.0.0.1:${floodedPort} http2;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    location / { proxy_pass http://primary; }
  }`,
  });
  const subject = await other('nginx', port, floodedPort, program);
  const stop = () => subject.stop().then(() => removeFolder(folder));
  return { ...subject, stop };
}

async function other(
  title: string,
  port: number,
  floodedPort: number,
  program: Program,
): Promise<Subject> {
  const url = `http://127.0.0.1:${port}`;
  await until(() => responds(`${url}/healthy`), START_MS, `${title} to respond`);
  return {
    title,
    isOurs: false,
    url,
    floodedPort,
    program,
    stop() {
      program.signal('SIGKILL');
      return program.exited;
    },
  };
}
