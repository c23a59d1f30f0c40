import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { GatewayProcess, RuntimeName, StartOptions } from '../../test/runtimes/runtime.ts';
import { freePort } from '../../test/support/ports.ts';
import { members, residentBytes } from './group.ts';

/** Memory that a gateway holds, by the best means that its runtime has. */
export interface LiveMemory {
  /** What is measured. */
  readonly what: string;
  /** What the gateway must be started with. */
  readonly start: Pick<StartOptions, 'env' | 'flags'>;
  /** Bytes, now. */
  read(gateway: GatewayProcess): Promise<number>;
  close(): void;
}

const ALIVE = 'heap and array buffers after a collection';

/** How to tell memory on each runtime. Where none says what is alive, garbage counts, too. */
const MEANS: Readonly<Record<RuntimeName, () => LiveMemory | Promise<LiveMemory>>> = {
  node: () => probed('node-probe.mjs', (probe) => ({ NODE_OPTIONS: `--import ${probe.href}` })),
  deno: probedByPort,
  bun: () => probed('bun-probe.mjs', ({ pathname }) => ({ BUN_OPTIONS: `--preload ${pathname}` })),
  workers: () => resident('resident memory of workerd', 'workerd'),
};

export async function liveMemory(runtime: RuntimeName): Promise<LiveMemory> {
  return MEANS[runtime]();
}

/** Memory as a program tells that is loaded into the gateway's process. */
function probed(program: string, load: (probe: URL) => Record<string, string>): LiveMemory {
  const folder = mkdtempSync(join(tmpdir(), 'bench-probe-'));
  const path = join(folder, 'socket');
  return {
    what: ALIVE,
    start: { env: { ...load(new URL(program, import.meta.url)), PROBE_SOCKET: path } },
    read: async () => Number(await text(connect(path))),
    close: () => rmSync(folder, { recursive: true }),
  };
}

/** As `probed`, on a port: on Deno, a socket with a path needs permissions that the gateway has not. */
async function probedByPort(): Promise<LiveMemory> {
  const port = await freePort();
  const probe = new URL(`deno-probe.mjs?port=${port}`, import.meta.url);
  return {
    what: ALIVE,
    start: { env: { DENO_V8_FLAGS: '--expose-gc' }, flags: ['--preload', probe.href] },
    read: async () => Number(await text(connect(port, '127.0.0.1'))),
    close: () => {},
  };
}

function resident(what: string, name?: string): LiveMemory {
  return {
    what,
    start: {},
    read: async ({ program }) => residentBytes(members(program.child.pid!, name)),
    close: () => {},
  };
}
