import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, refuses } from '../../test/support/ports.ts';
import { line, type Program, run } from '../../test/support/process.ts';
import { until } from '../../test/support/until.ts';
import { isInstalled } from '../machine/programs.ts';
import type { OwnProcess } from '../own-process.ts';
import { openFolder, removeFolder } from './folder.ts';
import { runNginx } from './nginx.ts';

/** A response of JSON. */
export interface Payload {
  /** As it is sent: already packed, if there is a coding. */
  readonly body: Uint8Array;
  readonly coding?: 'gzip';
}

/** Responds to a target whose last segment is the name of a payload with that payload. */
export interface PayloadServer extends OwnProcess {
  readonly name: string;
}

/** @param payloads by names of letters, digits and hyphens */
export async function payloadServer(
  payloads: ReadonlyMap<string, Payload>,
): Promise<PayloadServer> {
  const folder = await openFolder();
  for (const [name, { body }] of payloads) await writeFile(join(folder, name), body);
  const started = isInstalled('nginx')
    ? await startNginx(folder, payloads)
    : await startOwn(folder, payloads);
  return {
    ...started,
    url: `http://127.0.0.1:${started.port}`,
    async stop() {
      started.program.signal('SIGKILL');
      await started.program.exited;
      await removeFolder(folder);
    },
  };
}

type Started = Pick<PayloadServer, 'name' | 'port' | 'program'>;

async function startNginx(
  folder: string,
  payloads: ReadonlyMap<string, Payload>,
): Promise<Started> {
  const port = await freePort();
  const locations = [...payloads].map(([name, { coding }]) => {
    const packed = coding === undefined ? '' : `add_header Content-Encoding ${coding};`;
    return `location ~ /${name}$ { rewrite ^ /${name} break; ${packed} }`;
  });
  const http = `open_file_cache max=100; sendfile on; etag off;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    default_type application/json; root ${folder};
    ${locations.join('\n')}
  }`;
  const program: Program = await runNginx({ folder, http });
  await until(async () => !(await refuses(port)), 5000, 'nginx to listen');
  return { name: 'nginx', port, program };
}

async function startOwn(folder: string, payloads: ReadonlyMap<string, Payload>): Promise<Started> {
  const codings = Object.fromEntries([...payloads].map(([name, { coding }]) => [name, coding]));
  const file = fileURLToPath(new URL('payloads.mjs', import.meta.url));
  const program = run(process.execPath, [file, folder, JSON.stringify(codings)]);
  const [, port] = await line(program, /^port (\d+)$/m);
  return { name: 'a node:http server', port: Number(port), program };
}
