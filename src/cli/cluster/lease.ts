/** A limit of all workers together, of which each has a part. */
export interface LimitOptions {
  /** The same in all workers, and another for another limit. */
  readonly key: string;
  /** The limit, in units: copies, tokens a second, bytes, connections. */
  readonly total: number;
  /** Units that are in use now, or were lately. */
  readonly used: () => number;
  /** True for a rate: what was used is not given back by waiting. */
  readonly isRate?: boolean;
  /** Called with the units that may be used from now on, also at first. */
  readonly changed: (held: number) => void;
}

/** What a worker asks for. */
export interface Want {
  readonly key: string;
  readonly total: number;
  readonly units: number;
}

export interface LeaseOptions {
  /** Number of workers. */
  readonly workers: number;
  /** Keys of which a worker that starts now has nothing: others have it all. */
  readonly taken: ReadonlySet<string>;
  /** Asks the supervisor for units; resolves with those that it has found. */
  readonly ask: (want: Want) => Promise<number>;
}

/** Leases that are remembered, though their routes may be gone. */
const MAX_LEASES = 10_000;

/** Pause after more was asked for, and after nothing was to be had. */
const PAUSE_MS = 20;
const VAIN_PAUSE_MS = 200;

/** While what is given back is still in use: how often that is looked at, and how long at most. */
const RETURN_POLL_MS = 5;
const MAX_RETURN_MS = 10_000;

/** Below this share of a limit, a worker gives all that it does not use. */
const CRUMB = 1 / 64;

/**
 * A worker's parts of the limits. It begins with an equal part of each, asks for more when one gets short, and gives back
 * what it does not need: so the parts follow the load within some 100 ms, and never add up to more than the limit. Each
 * worker may use one unit even if it has none, so that a limit smaller than the number of workers stops none of them.
 */
export class Leases {
  readonly #options: LeaseOptions;
  readonly #leases = new Map<string, Lease>();

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Begins a lease. It goes on with what the last one for its key had. */
  begin(limit: LimitOptions): Lease {
    const { workers, taken, ask } = this.#options;
    const { key, total } = limit;
    const known = this.#leases.get(key);
    if (known !== undefined) return known.renew(limit);
    if (this.#leases.size >= MAX_LEASES) this.#leases.delete(this.#leases.keys().next().value!);
    const lease = new Lease(limit, taken.has(key) ? 0 : total / workers, ask);
    this.#leases.set(key, lease);
    return lease;
  }

  /** Gives back units for another worker, which has `theirs`; resolves with their number. */
  async giveBack({ key, units, theirs }: GiveBack): Promise<number> {
    return (await this.#leases.get(key)?.giveBack(units, theirs)) ?? 0;
  }
}

export interface GiveBack {
  readonly key: string;
  readonly units: number;
  /** What the worker has that wants them. */
  readonly theirs: number;
}

/** A worker's part of one limit. */
export class Lease {
  #limit: LimitOptions;
  readonly #ask: LeaseOptions['ask'];
  #held: number;
  #isAsking = false;

  constructor(limit: LimitOptions, held: number, ask: LeaseOptions['ask']) {
    this.#limit = limit;
    this.#ask = ask;
    this.#held = held;
    this.#changed();
  }

  /** Goes on for another limit of the same key, whose route was changed. */
  renew(limit: LimitOptions): this {
    this.#limit = limit;
    this.#changed();
    return this;
  }

  /** To be called when what is held is short, or soon will be. */
  short(): void {
    if (this.#isAsking || this.#held >= this.#limit.total) return;
    this.#isAsking = true;
    void this.#askForMore();
  }

  async #askForMore(): Promise<void> {
    const { key, total } = this.#limit;
    const units = Math.min(Math.max(this.#held, total * CRUMB, 1), total - this.#held);
    // If the supervisor is gone, there is nothing to be had.
    const granted = await this.#ask({ key, total, units }).catch(() => 0);
    this.#held += granted;
    if (granted > 0) this.#changed();
    const pauseMs = granted > 0 ? PAUSE_MS : VAIN_PAUSE_MS;
    setTimeout(() => (this.#isAsking = false), pauseMs).unref();
  }

  async giveBack(units: number, theirs: number): Promise<number> {
    const { total, used, isRate = false } = this.#limit;
    const unused = Math.max(0, this.#held - used());
    // Who has more than the other gives even what is in use, so that both get the same in the end.
    const fair = Math.max(0, (this.#held - theirs) / 2);
    const isIdle = used() === 0 || unused <= total * CRUMB;
    const spare = isIdle ? unused : unused / 2;
    const given = Math.min(units, Math.max(spare, fair));
    if (given <= 0) return 0;
    this.#held -= given;
    this.#changed();
    const deadline = performance.now() + MAX_RETURN_MS;
    while (!isRate && used() > Math.max(1, this.#held) && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, RETURN_POLL_MS));
    return given;
  }

  #changed(): void {
    this.#limit.changed(this.#held);
  }
}
