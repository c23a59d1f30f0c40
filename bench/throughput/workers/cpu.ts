import { fileURLToPath } from 'node:url';
import { ROOT } from '../../../test/runtimes/paths.ts';
import { workers } from '../../../test/runtimes/workers.ts';
import { route } from '../../../test/support/origin.ts';
import { line, type Program, run } from '../../../test/support/process.ts';
import { cpuSeconds, members } from '../../machine/group.ts';
import { resultOf } from '../../own-process.ts';
import type { Setting } from '../setting.ts';
import { type Case, CASES } from '../cases.ts';
import { settled } from '../rates/turn.ts';
import { cpuOf } from './names.ts';
import { bundleOf, optionsOf } from './scripts.ts';

const REQUESTS = 3000;
/** workerd handles few concurrent connections well, and the rate does not matter here. */
const CONNECTIONS = 16;

const PROCESS = new URL('../../../test/runtimes/worker-process.mjs', import.meta.url);

/** A Worker in workerd. */
interface Worker {
  readonly name: 'ours' | 'by hand';
  readonly url: string;
  readonly program: Program;
}

/** Measures workerd's processor time for a mirrored request, in turns. */
export async function measureCpu(setting: Setting): Promise<void> {
  const all: Worker[] = [];
  try {
    all.push(await ours(setting));
    all.push(await byHand(setting));
    all.forEach(({ program }) => setting.pinned.gateway(program));
    await takeRounds(setting, all);
  } finally {
    for (const { program } of all) {
      program.signal('SIGKILL');
      await program.exited;
    }
  }
}

async function takeRounds(setting: Setting, all: readonly Worker[]): Promise<void> {
  // The first round warms up.
  for (let round = 0; round <= setting.options.turns; round++) {
    for (const name of ['get', 'post'] as const) {
      for (const worker of all) {
        const microseconds = await turn(setting, worker, CASES[name]);
        if (round > 0) setting.figures.add(cpuOf(name, worker.name), microseconds);
      }
    }
  }
}

async function ours({ stage: { origins } }: Setting): Promise<Worker> {
  const node = { node: `127.0.0.1:${origins.upstream.port}` };
  const routes = [{ id: 'mirrored', ...route(node, origins.mirror, { uri: '/mirrored/*' }) }];
  const { url, program } = await workers.start({ routes });
  return { name: 'ours', url, program };
}

async function byHand({ stage: { origins } }: Setting): Promise<Worker> {
  const bindings = { UPSTREAM: origins.upstream.url, MIRROR: origins.mirror.url };
  const options = optionsOf(await bundleOf('by-hand.mjs'), bindings);
  const env = { WORKER: JSON.stringify(options) };
  const program = run(process.execPath, [fileURLToPath(PROCESS)], { env, cwd: ROOT });
  const [, url] = await line(program, /^listening on (http:\/\/127\.0\.0\.1:\d+)/m);
  return { name: 'by hand', url: url!, program };
}

async function turn({ stage: { origins } }: Setting, worker: Worker, { body, target }: Case) {
  const workerd = members(worker.program.child.pid!, 'workerd');
  const copiesBefore = (await origins.mirror.status()).requests;
  const before = cpuSeconds(workerd);
  const file = new URL('../../load/fixed-number.mjs', import.meta.url);
  const args = [`${worker.url}/mirrored/${target}`, ...[CONNECTIONS, REQUESTS, body].map(String)];
  const { wrong } = await resultOf<{ wrong: number }>(file, args);
  await settled(origins);
  const used = cpuSeconds(workerd) - before;
  if (wrong > 0) throw new Error(`${worker.name}: ${wrong} wrong responses`);
  const copies = (await origins.mirror.status()).requests - copiesBefore;
  if (copies !== REQUESTS)
    throw new Error(`${worker.name}: ${copies} copies of ${REQUESTS} requests`);
  return (used / REQUESTS) * 1_000_000;
}
