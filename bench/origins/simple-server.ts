import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../test/support/ports.ts';
import { run } from '../../test/support/process.ts';
import { until } from '../../test/support/until.ts';
import { isInstalled } from '../machine/programs.ts';
import { type OwnProcess, ownProcess } from '../own-process.ts';

/** Answers 27 bytes of JSON to every GET, as fast as this machine has it: upstream and healthy mirror. */
export interface SimpleServer extends OwnProcess {
  readonly name: string;
}

export function simpleServer(): Promise<SimpleServer> {
  return isInstalled('nginx') ? nginx() : responder();
}

async function responder(): Promise<SimpleServer> {
  const started = await ownProcess(new URL('responder.mjs', import.meta.url));
  return { ...started, name: 'a raw node:net server' };
}

async function nginx(): Promise<SimpleServer> {
  const [folder, port] = await Promise.all([mkdtemp(join(tmpdir(), 'bench-nginx-')), freePort()]);
  const file = join(folder, 'nginx.conf');
  await writeFile(file, configuration(folder, port));
  const program = run('nginx', ['-e', 'stderr', '-p', folder, '-c', file]);
  const url = `http://127.0.0.1:${port}`;
  const answers = () =>
    fetch(url).then(
      (response) => response.ok,
      () => false,
    );
  await until(answers, 5000, 'nginx to answer');
  return {
    name: 'nginx',
    port,
    url,
    program,
    async stop() {
      program.signal('SIGKILL');
      await program.exited;
      await rm(folder, { recursive: true });
    },
  };
}

function configuration(folder: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((what) => `${what}_temp_path ${folder}/${what};`)
    .join(' ');
  return `daemon off; worker_processes 1; pid ${folder}/pid;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000000; ${temporary}
  server {
    listen 127.0.0.1:${port} backlog=4096;
    default_type application/json;
    location / { return 200 '{"message":"hello, world!"}'; }
  }
}
`;
}
