import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { GatewayProcess, RuntimeName } from '../../test/runtimes/runtime.ts';
import { members, residentBytes } from './group.ts';

/** Memory that a gateway holds, by the best means that its runtime has. */
export interface LiveMemory {
  /** What is measured. */
  readonly what: string;
  /** To be added to the gateway's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Bytes, now. */
  read(gateway: GatewayProcess): Promise<number>;
  close(): void;
}

/** How to tell memory on each runtime. Where none says what is alive, garbage counts, too. */
const MEANS: Readonly<Record<RuntimeName, () => LiveMemory>> = {
  node: () => probed('node-probe.mjs', (probe) => ({ NODE_OPTIONS: `--import ${probe.href}` })),
  deno: () => resident('resident memory'),
  bun: () => probed('bun-probe.mjs', ({ pathname }) => ({ BUN_OPTIONS: `--preload ${pathname}` })),
  workers: () => resident('resident memory of workerd', 'workerd'),
};

export function liveMemory(runtime: RuntimeName): LiveMemory {
  return MEANS[runtime]();
}

/** Memory as a program tells that is loaded into the gateway's process. */
function probed(program: string, load: (probe: URL) => Record<string, string>): LiveMemory {
  const folder = mkdtempSync(join(tmpdir(), 'bench-probe-'));
  const path = join(folder, 'socket');
  return {
    what: 'heap and array buffers after a collection',
    env: { ...load(new URL(program, import.meta.url)), PROBE_SOCKET: path },
    read: async () => Number(await text(connect(path))),
    close: () => rmSync(folder, { recursive: true }),
  };
}

function resident(what: string, name?: string): LiveMemory {
  return {
    what,
    env: {},
    read: async ({ program }) => residentBytes(members(program.child.pid!, name)),
    close: () => {},
  };
}
