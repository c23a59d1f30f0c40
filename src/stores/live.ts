import type { RoutesDocument } from '../config/document.ts';
import type { Fault } from '../config/fault.ts';
import { earliestExpiry, withoutExpired } from './expiry.ts';
import type { Store } from './store.ts';

/** A change of the table, or a failure to load the document again. */
export type Reload =
  | { readonly result: 'success'; readonly routes: number }
  | {
      readonly result: 'failure';
      readonly error: Error;
      /** Number of routes that stay in use; `null` if there is no table yet. */
      readonly routes: number | null;
    };

/** What came of loading the document again. */
export type Refreshed =
  | Reload
  | { readonly result: 'unchanged'; readonly routes: number }
  | (Extract<Reload, { result: 'failure' }> & {
      /** The last attempt failed for the same reason, so `onReload` was not called again. */
      readonly repeated: true;
    });

/** A valid document could not be compiled to a table. `cause` is the reason. */
export class CompileError extends Error {
  override readonly name = 'CompileError';
  /** Paths begin at the document. */
  readonly faults: readonly Fault[];

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    const { faults } = cause as { faults?: readonly Fault[] };
    this.faults = faults ?? [{ path: [], message: this.message }];
  }
}

/** The current table and the document it was compiled from. */
export interface LiveTable<T> {
  /** Whether what is written lasts no longer than the process. */
  readonly isTransient: boolean;
  /** The current table; `null` until a valid document was loaded. */
  current(nowMs: number): T | null;
  /** The current document without expired routes; `null` until a valid one was loaded. */
  document(nowMs?: number): RoutesDocument | null;
  /**
   * Loads the first document; `null` if there is nothing to wait for, because one is in use or because loading has
   * just failed. Never rejects.
   */
  load(): Promise<void> | null;
  /** Loads the document again. Never rejects: if loading fails, the last good table stays in use. */
  refresh(): Promise<Refreshed>;
  /** @throws CompileError if no table can be made of a valid document */
  check(document: RoutesDocument): void;
  /**
   * Edits the stored document. When the promise resolves, the new table is in use. `edit` may be called more than
   * once, each time with the newest document, and must not modify its argument.
   * @throws what `edit` throws; CompileError; StoreError. In each case nothing was stored or changed.
   */
  write(edit: (document: RoutesDocument) => RoutesDocument): Promise<RoutesDocument>;
}

/** Options of {@link liveTable}. */
export interface LiveTableOptions<T> {
  readonly store: Store;
  /** The document to start with, in use at once. Default: none until the first `refresh`. */
  readonly initial?: RoutesDocument | undefined;
  /** Compiles a valid document to a table; `previous` is the current table. */
  readonly compile: (document: RoutesDocument, previous: T | null) => T;
  /** Called after the table was replaced, and after a failure whose message differs from the last one's. */
  readonly onReload: (reload: Reload) => void;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

/** How long requests get 503 after the first document could not be loaded, before it is tried again. */
const RETRY_MS = 1000;

/** The current state. Immutable and replaced as a whole, so that readers never see a mix of two states. */
interface State<T> {
  /** The object that the store returned; if `load` returns the same object again, nothing has changed. */
  readonly stored: RoutesDocument;
  /** `stored` without expired routes. */
  readonly document: RoutesDocument;
  readonly table: T;
  /** When the next route expires, in milliseconds since 1970; `Infinity` if none does. */
  readonly expiresAtMs: number;
}

/**
 * Keeps the table of a store's last good document. The table is replaced as a whole and never by an older one.
 *
 * @example
 * const live = liveTable({ store, compile: (document) => document.routes, onReload: console.log });
 * await live.refresh();
 * live.current(Date.now()); // the routes
 */
export function liveTable<T>(options: LiveTableOptions<T>): LiveTable<T> {
  const { store, compile, onReload, now = Date.now } = options;
  let state: State<T> | null = null;
  let retryAtMs = -Infinity;
  let failure: string | null = null;
  // Counts events to order them without a clock: starts of reads and edits, ends of writes.
  let events = 0;
  let newestRead = 0;
  /** What the newest read came to. */
  let newest!: Refreshed;
  let newestEdit = 0;
  let lastWriteEnd = 0;

  function build(stored: RoutesDocument, nowMs: number): State<T> {
    const document = withoutExpired(stored, nowMs);
    try {
      const table = compile(document, state?.table ?? null);
      return { stored, document, table, expiresAtMs: earliestExpiry(document) };
    } catch (error) {
      throw new CompileError(error);
    }
  }

  if (options.initial !== undefined) state = build(options.initial, now());

  const countOf = (known: State<T>) => known.document.routes.length;

  function activate(next: State<T>): Reload {
    state = next;
    failure = null;
    const reload = { result: 'success', routes: countOf(next) } as const;
    onReload(reload);
    return reload;
  }

  function fail(error: Error): Refreshed {
    const reload = { result: 'failure', error, routes: state && countOf(state) } as const;
    if (failure === error.message) return { ...reload, repeated: true };
    failure = error.message;
    onReload(reload);
    return reload;
  }

  /** The current state, after removing routes that have expired. */
  function stateAt(nowMs: number): State<T> | null {
    if (state === null || nowMs < state.expiresAtMs) return state;
    try {
      activate(build(state.stored, nowMs));
    } catch (error) {
      // Do not try again with every request.
      state = { ...state, expiresAtMs: Infinity };
      fail(error as CompileError);
    }
    return state;
  }

  async function refresh(): Promise<Refreshed> {
    for (;;) {
      const began = ++events;
      try {
        const stored = await store.load();
        // A write ended during this read. The result may be from before or after the write: read again.
        if (began < lastWriteEnd) continue;
        if (began < newestRead) return newest;
        newestRead = began;
        newest =
          state !== null && stored === state.stored && failure === null
            ? { result: 'unchanged', routes: countOf(state) }
            : activate(build(stored, now()));
      } catch (error) {
        if (began < lastWriteEnd) continue;
        if (began < newestRead) return newest;
        newest = fail(error instanceof Error ? error : new Error(String(error)));
      }
      return newest;
    }
  }

  return {
    isTransient: store.isTransient === true,
    current: (nowMs) => stateAt(nowMs)?.table ?? null,
    document: (nowMs = now()) => stateAt(nowMs)?.document ?? null,

    load() {
      if (state !== null || now() < retryAtMs) return null;
      // Each caller reads by itself: on Workers a request must not wait for the I/O of another.
      return refresh().then(() => void (retryAtMs = now() + RETRY_MS));
    },
    refresh,
    check: (document) => void build(document, now()),

    async write(edit) {
      let order = 0;
      let built: State<T> | null = null;
      const stored = await store.update((document) => {
        order = ++events;
        const edited = edit(withoutExpired(document, now()));
        // Compile before the document is stored: one that cannot be compiled must not be stored.
        built = build(edited, now());
        return edited;
      });
      lastWriteEnd = ++events;
      // Stores apply edits one after another, but their promises may resolve in any order.
      if (built !== null && order > newestEdit) {
        newestEdit = order;
        activate({ ...(built as State<T>), stored });
      }
      return stored;
    },
  };
}
