import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../test/support/ports.ts';
import { until } from '../../test/support/until.ts';
import type { OwnProcess } from '../own-process.ts';
import { openFolder, removeFolder } from './folder.ts';
import { runNginx } from './nginx.ts';

export const SMALL_BODY = '{"message":"hello, world!"}';

/** Milliseconds for a request that gets its response at once, even under load. */
const LIMIT_MS = 20_000;

/** Bytes of the response to a target that ends in `/large`. */
export const LARGE_BODY = 1024 * 1024;

export interface Status {
  readonly requests: number;
  readonly open: number;
}

/** An nginx origin that counts its requests. */
export interface NginxOrigin extends OwnProcess {
  readonly name: string;
  /** Number of requests so far, and of requests in flight, without the requests for these numbers. */
  status(): Promise<Status>;
  /** The requests to targets that end in `/probe`: method, target and Content-Length, in order. */
  probes(): string[];
}

export function isNginx(server: OwnProcess): server is NginxOrigin {
  return 'probes' in server;
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
      await fetch(`${url}/status`, { signal: AbortSignal.timeout(LIMIT_MS) })
    ).text();
    asked += 1;
    // The third number, after accepted and handled connections.
    const [, requests] = /^\s*\d+ \d+ (\d+)/m.exec(text)!;
    const [, reading, writing] = /^Reading: (\d+) Writing: (\d+)/m.exec(text)!;
    return { requests: Number(requests) - asked, open: Number(reading) + Number(writing) - 1 };
  }
  const responds = () =>
    status().then(
      () => true,
      () => false,
    );
  await until(responds, 5000, 'nginx to respond');
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
 * An upload to a target that ends in `/upload` is read before the response, as any server does that uses it: `return`
 * alone would respond to the head. `mirror` makes nginx read it; nginx then refuses a POST to a file, and that is
 * turned into 200.
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
