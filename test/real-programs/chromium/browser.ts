import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from '../command.ts';
import { program } from '../program.ts';

export interface Browser {
  /** What it printed on stderr. */
  stderr(): string;
  close(): Promise<void>;
}

/** Opens a page in a headless browser with a fresh profile. */
export async function browse(url: string): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'proxy-mirror-chromium-'));
  const started = start(program('chromium'), [
    '--headless=new',
    // The sandbox needs privileges that containers do not have.
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--disable-component-update',
    '--no-first-run',
    '--no-proxy-server',
    `--user-data-dir=${profile}`,
    url,
  ]);
  return {
    stderr: started.stderr,
    async close() {
      started.signal('SIGKILL');
      await started.exited;
      // Its children may still be writing as they exit.
      await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
