import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../test/support/ports.ts';
import { until } from '../../test/support/until.ts';
import type { OwnProcess } from '../own-process.ts';
import { openFolder, removeFolder } from './folder.ts';
import { runNginx } from './nginx.ts';

export const SMALL_BODY = '{"message":"hello, world!"}';

/** Milliseconds for a question that is answered at once, even under load. */
const PATIENCE = 20_000;

/** Bytes of the answer to a target that ends in `/large`. */
export const LARGE_BODY = 1024 * 1024;

export interface Status {
  readonly requests: number;
  readonly open: number;
}

/** An origin by nginx, which counts. */
export interface NginxOrigin extends OwnProcess {
  readonly name: string;
  /** Requests so far, and those under way, without the ones for these numbers. */
  status(): Promise<Status>;
  /** What came to targets that end in `/probe`: method, target and Content-Length, in order. */
  probes(): string[];
}

export async function nginxOrigin(): Promise<NginxOrigin> {
  const [folder, port] = await Promise.all([openFolder(), freePort()]);
  await writeFile(join(folder, 'large'), Buffer.alloc(LARGE_BODY, 'x'));
  const program = await runNginx({ folder, http: configuration(folder, port) });
  const url = `http://127.0.0.1:${port}`;
  const log = join(folder, 'probes');
  let asked = 0;
  async function status(): Promise<Status> {
    const text = await (
      await fetch(`${url}/status`, { signal: AbortSignal.timeout(PATIENCE) })
    ).text();
    asked += 1;
    // Behind the connections accepted and handled.
    const [, requests] = /^\s*\d+ \d+ (\d+)/m.exec(text)!;
    const [, reading, writing] = /^Reading: (\d+) Writing: (\d+)/m.exec(text)!;
    return { requests: Number(requests) - asked, open: Number(reading) + Number(writing) - 1 };
  }
  const answers = () =>
    status().then(
      () => true,
      () => false,
    );
  await until(answers, 5000, 'nginx to answer');
  return {
    name: 'nginx',
    port,
    url,
    program,
    status,
    probes: () => readFileSync(log, 'utf8').split('\n').slice(0, -1),
    async stop() {
      program.signal('SIGKILL');
      await program.exited;
      await removeFolder(folder);
    },
  };
}

/**
 * What is uploaded to a target that ends in `/upload` is read before it is answered, as by any server
 * that does something with it: `return` alone answers a head. What makes nginx read it is `mirror`; a
 * file then refuses a POST, and that is answered by 200.
 */
function configuration(folder: string, port: number): string {
  return `log_format probe '$request_method $request_uri $content_length';
  client_max_body_size 0;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    default_type application/json;
    location = /status { stub_status; }
    location / { return 200 '${SMALL_BODY}'; }
    location ~ /probe$ { access_log ${folder}/probes probe; return 200 '${SMALL_BODY}'; }
    location ~ /large$ { root ${folder}; rewrite ^ /large break; }
    location ~ /upload$ {
      mirror /nowhere; client_body_buffer_size 2m;
      root ${folder}; rewrite ^ /large break; error_page 405 =200 @small;
    }
    location = /nowhere { internal; return 204; }
    location @small { return 200 '${SMALL_BODY}'; }
  }`;
}
