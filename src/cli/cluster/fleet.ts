import type { RoutesDocument } from '../../config/document.ts';
import type { ForkOptions } from '../../runtime/server.ts';
import { log } from '../../telemetry/logger/logtape.ts';
import type { Addresses } from '../served.ts';
import type { WorkerStart } from './calls.ts';
import type { Counts } from './tally.ts';
import { type Ended, Member, type MemberCalls } from './member.ts';

export interface FleetOptions {
  /** Number of workers. */
  readonly size: number;
  readonly fork: ForkOptions | undefined;
  readonly calls: MemberCalls;
  /** What a worker that starts now is told. */
  readonly start: () => WorkerStart;
  readonly onEnded: (member: Member) => void;
}

/** Pause before a worker that ended is started again: it doubles up to the longest while workers keep ending. */
const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;
/** A worker that has listened for so long ends a row of failures. */
const STEADY_MS = 1000;

/** Within this time a worker has put routes in force, or handed over its counts, or else it hangs. */
const ROUTES_TIMEOUT_MS = 10_000;
const COUNTS_TIMEOUT_MS = 2000;

/** How often a worker that takes another's place is started, if it does not come to listen. */
const REPLACE_TRIES = 3;

/** How long a worker that is replaced keeps connections without a request open. */
const REPLACED_IDLE_GRACE_MS = 5000;

/** The workers: started, started again when they end, replaced one by one, and stopped. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #members = new Set<Member>();
  #addresses: Addresses | null = null;
  /** True once no worker was left: a port that was found free is then to be opened by its number. */
  #isPortLost = false;
  #pauseMs = MIN_PAUSE_MS;
  #isStarted = false;
  #isStopping = false;
  #isReplacing = false;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /**
   * Starts all workers: one first, which finds out whether they can be started at all.
   *
   * @throws the error of a worker that could not start
   */
  async start(): Promise<Addresses> {
    const first = await this.#startOne();
    const others = Array.from({ length: this.#options.size - 1 }, () => this.#startOne());
    await Promise.all(others);
    this.#isStarted = true;
    return (this.#addresses = first.addresses!);
  }

  /** True while all workers listen. */
  get isComplete(): boolean {
    return [...this.#members].filter((one) => one.isListening).length >= this.#options.size;
  }

  /** Puts routes in force in all workers. A worker that does not follow is killed. */
  async announce(document: RoutesDocument): Promise<void> {
    await this.#each(async (member) => {
      try {
        await member.channel.ask('routes', document, ROUTES_TIMEOUT_MS);
      } catch (error) {
        log.error('worker {pid} did not take the routes, and is killed: {error}', {
          pid: member.pid,
          error: String(error),
        });
        member.kill();
        await member.ended;
      }
    });
  }

  /** Asks all workers for what they have counted. */
  async collect(receive: (member: Member, counts: Counts) => void): Promise<void> {
    await this.#each(async (member) => {
      const counts = await member.channel.ask('counts', null, COUNTS_TIMEOUT_MS).catch(() => null);
      if (counts !== null) receive(member, counts);
    });
  }

  /** Lets all workers read their certificates again. Rejects with the first error. */
  async renewCertificates(): Promise<void> {
    await this.#each((member) => member.channel.ask('certificates', null, ROUTES_TIMEOUT_MS));
  }

  /** Replaces all workers, one after the other: each new one listens before the old one stops to. */
  async replace(): Promise<void> {
    if (this.#isReplacing || this.#isStopping) return;
    this.#isReplacing = true;
    const before = [...this.#members];
    try {
      for (const old of before) {
        if (this.#isStopping || !old.isListening) continue;
        const { pid } = await this.#startOne(REPLACE_TRIES);
        log.info('worker {pid} takes the place of worker {old}', { pid, old: old.pid });
        await old.stop({
          deadlineMs: this.#options.start().settings.shutdownTimeout * 1000,
          idleGraceMs: REPLACED_IDLE_GRACE_MS,
        });
      }
    } catch (error) {
      log.error('the workers were not replaced: {error}', { error: String(error) });
    } finally {
      this.#isReplacing = false;
    }
  }

  /** Lets all workers finish. */
  async stop(deadlineMs: number): Promise<void> {
    this.#isStopping = true;
    await this.#each((member) => member.stop({ deadlineMs, idleGraceMs: 0 }));
  }

  kill(): void {
    this.#isStopping = true;
    for (const member of this.#members) member.kill();
  }

  async #each(work: (member: Member) => Promise<unknown>): Promise<void> {
    await Promise.all(Array.from(this.#members, work));
  }

  /** @param tries how often, if that fails. Default: once */
  async #startOne(tries = 1): Promise<Member> {
    const { fork, calls } = this.#options;
    const start = this.#startMessage();
    const member = new Member(fork, calls);
    this.#members.add(member);
    void member.ended.then((ended) => this.#ended(member, ended));
    try {
      await member.start(start);
    } catch (error) {
      member.isStopping = true;
      member.kill();
      if (tries === 1 || this.#isStopping) throw error;
      log.error('a worker could not start, another one is tried: {error}', {
        error: String(error),
      });
      return this.#startOne(tries - 1);
    }
    return member;
  }

  #startMessage(): WorkerStart {
    const start = this.#options.start();
    if (!this.#isPortLost || this.#addresses === null) return start;
    const { main, admin } = this.#addresses;
    const { tls } = start.settings;
    const ports = {
      port: main.port,
      adminPort: admin === null ? null : admin.port,
      tls: tls === null ? null : { ...tls, port: main.tlsPort! },
    };
    return { ...start, settings: { ...start.settings, ...ports } };
  }

  #ended(member: Member, { status, signal }: Ended): void {
    this.#members.delete(member);
    this.#options.onEnded(member);
    if (this.#members.size === 0) this.#isPortLost = true;
    if (member.isStopping || this.#isStopping || !this.#isStarted) return;
    if (performance.now() - member.listeningSinceMs >= STEADY_MS) this.#pauseMs = MIN_PAUSE_MS;
    log.error('worker {pid} ended ({how}): another one starts', {
      pid: member.pid,
      how: signal ?? `status ${status}`,
    });
    this.#startAgain();
  }

  #startAgain(): void {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    setTimeout(async () => {
      if (this.#isStopping) return;
      try {
        const { pid } = await this.#startOne();
        log.info('worker {pid} is listening', { pid });
      } catch (error) {
        log.error('a worker could not start: {error}', { error: String(error) });
        this.#startAgain();
      }
    }, pauseMs);
  }
}
