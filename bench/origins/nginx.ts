import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Program, run } from '../../test/support/process.ts';

/** Options of an nginx with its own files. */
export interface NginxOptions {
  /** A folder made by `openFolder`. */
  readonly folder: string;
  /** Configuration inside `http`. */
  readonly http: string;
  /** Default: 1. */
  readonly workers?: number;
}

export async function runNginx({ folder, http, workers = 1 }: NginxOptions): Promise<Program> {
  const file = join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((what) => `${what}_temp_path ${folder}/${what};`)
    .join(' ');
  await writeFile(
    file,
    `daemon off; worker_processes ${workers}; pid ${folder}/pid;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000000; ${temporary}
  ${http}
}
`,
  );
  return run('nginx', ['-e', 'stderr', '-p', folder, '-c', file]);
}
