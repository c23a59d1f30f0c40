import cluster, { type Worker } from 'node:cluster';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { ForkOptions } from '../../runtime/server.ts';
import { Channel, type Port } from './channel.ts';
import type { Holder } from './pools.ts';
import type { Addresses } from '../served.ts';
import type { SupervisorCalls, WorkerCalls, WorkerStart, WorkerStop } from './calls.ts';

/** What the supervisor does for a worker. */
export type MemberCalls = (member: Member) => SupervisorCalls;

/** How a worker ended. */
export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
}

/** A worker's process, as the supervisor sees it. */
export class Member implements Holder {
  readonly channel: Channel<WorkerCalls, SupervisorCalls>;
  readonly ended: Promise<Ended>;
  /** Where it listens; `null` before. */
  addresses: Addresses | null = null;
  /** Infinity before. */
  listeningSinceMs: number = Infinity;
  isStopping = false;
  readonly #worker: Worker;

  constructor(fork: ForkOptions | undefined, calls: MemberCalls) {
    this.#worker = forkWorker(fork);
    this.channel = new Channel<WorkerCalls, SupervisorCalls>(portOf(this.#worker), calls(this));
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (status: number | null, signal: string | null) => {
        this.channel.close();
        resolve({ status, signal });
      });
    });
  }

  get pid(): number | undefined {
    return this.#worker.process.pid;
  }

  get isListening(): boolean {
    return this.addresses !== null && !this.isStopping;
  }

  /** Resolves once it listens. Rejects if that takes longer than any start: on Deno one in many never ends. */
  async start(start: WorkerStart): Promise<Addresses> {
    this.addresses = await this.channel.ask('start', start, START_TIMEOUT_MS);
    this.listeningSinceMs = performance.now();
    return this.addresses;
  }

  async giveBack(key: string, units: number, theirs: number): Promise<number> {
    const value = { key, units, theirs };
    return this.channel.ask('giveBack', value, GIVE_BACK_TIMEOUT_MS).catch(() => 0);
  }

  /** Lets it finish, for so long; then it is killed. */
  async stop(stop: WorkerStop): Promise<void> {
    this.isStopping = true;
    this.channel.tell('stop', stop);
    const kill = setTimeout(() => this.kill(), stop.deadlineMs + EXIT_MS);
    await this.ended;
    clearTimeout(kill);
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }
}

/** Longer than a busy machine takes. */
const START_TIMEOUT_MS = 10_000;

/** A worker waits up to 10 s until what it gives back is no longer in use. */
const GIVE_BACK_TIMEOUT_MS = 12_000;

/** Time for a worker to exit after its deadline: by then it has cut off what was left. */
const EXIT_MS = 2000;

function forkWorker(fork: ForkOptions | undefined): Worker {
  // The workers accept from one socket, so that no connection is lost with a worker or waits for the supervisor.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({
    exec: workerModule(),
    args: [],
    ...(fork && { execArgv: [...fork.args] }),
  });
  if (fork === undefined) return cluster.fork();
  return withEnvironment(fork.environment, () => cluster.fork());
}

/** `node:cluster` hands on the whole environment, all of which Deno may not let the process read. */
function withEnvironment<T>(environment: Readonly<Record<string, string>>, run: () => T): T {
  const own = Object.getOwnPropertyDescriptor(process, 'env')!;
  Object.defineProperty(process, 'env', { ...own, value: { ...environment } });
  try {
    return run();
  } finally {
    Object.defineProperty(process, 'env', own);
  }
}

/** The module beside this one: a source on Deno and Bun, built elsewhere. */
function workerModule(): string {
  const { url } = import.meta;
  const module = new URL(url.endsWith('.ts') ? './worker.ts' : './worker.js', url);
  return fileURLToPath(module);
}

/** Messages wait until the worker has sent its first one: `node:cluster` drops what arrives before somebody listens. */
function portOf(worker: Worker): Port {
  let waiting: object[] | null = [];
  function send(message: object): void {
    if (waiting !== null) waiting.push(message);
    else if (worker.isConnected()) worker.send(message, () => {});
  }
  worker.once('message', () => {
    const ready = waiting ?? [];
    waiting = null;
    ready.forEach(send);
  });
  // It may be gone while a message is on its way: its exit tells.
  worker.on('error', () => {});
  return { send, onMessage: (receive) => void worker.on('message', receive) };
}
