import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../support/ports.ts';
import { run } from '../../support/process.ts';
import { until } from '../../support/until.ts';
import { program } from '../program.ts';

export interface Nginx {
  readonly url: string;
  readonly node: string;
  /** Its log lines for requests below a path. */
  log(below: string): Promise<string[]>;
  close(): Promise<void>;
}

/** The fields of a request that nginx logs, because its response depends on them. */
export const LOGGED = ['accept-encoding', 'range', 'if-range', 'if-none-match'];

/** Serves `files` of a folder below any first path segment, which is the id of a route. */
export async function nginx(folder: string): Promise<Nginx> {
  const port = await freePort();
  await mkdir(join(folder, 'temp'));
  await writeFile(join(folder, 'nginx.conf'), configuration(port));
  const started = run(program('nginx'), ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr']);
  const url = `http://127.0.0.1:${port}`;
  let dead = false;
  void started.exited.then(() => (dead = true));
  const responds = async () => dead || (await fetch(url).catch(() => null)) !== null;
  await until(responds, 20_000, 'nginx to respond');
  if (dead) throw new Error(`nginx did not start: ${started.stderr()}`);

  return {
    url,
    node: `127.0.0.1:${port}`,
    async log(below) {
      const text = await readFile(join(folder, 'requests.log'), 'utf8');
      return text.split('\n').filter((line) => line.split(' ')[1]?.startsWith(`${below}/`));
    },
    async close() {
      started.signal('SIGTERM');
      await started.exited;
    },
  };
}

function configuration(port: number): string {
  const fields = LOGGED.map((name) => `[$http_${name.replaceAll('-', '_')}]`);
  return `
    daemon off;
    # One process of this user: no other could read the folder of a test.
    master_process off;
    pid nginx.pid;
    events {}
    http {
      log_format seen escape=none '$request_method $request_uri ${fields.join(' ')}';
      access_log requests.log seen;
      client_body_temp_path temp/body;
      fastcgi_temp_path temp/fastcgi;
      proxy_temp_path temp/proxy;
      scgi_temp_path temp/scgi;
      uwsgi_temp_path temp/uwsgi;
      types { text/html html; text/css css; text/javascript js; text/plain txt; }
      default_type application/octet-stream;
      sendfile on;
      gzip on;
      gzip_types text/css;
      gzip_vary on;
      gzip_static on;
      # As behind any proxy: the port of nginx is not the one that clients know.
      absolute_redirect off;
      server {
        listen 127.0.0.1:${port};
        location ~ ^/[^/]+(?<file>/.*)$ {
          alias files$file;
          index index.html;
        }
      }
    }`;
}
