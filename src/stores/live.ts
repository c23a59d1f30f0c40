import type { RoutesDocument } from '../config/document.ts';
import { earliestExpiry, withoutExpired } from './expiry.ts';
import type { Store } from './store.ts';

/** What became of reading a document anew. */
export type Reload =
  | { readonly result: 'success'; readonly routes: number }
  | { readonly result: 'failure'; readonly error: Error };

/** A valid document that could not be turned into a table. `cause` says why. */
export class CompileError extends Error {
  override readonly name = 'CompileError';

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** The table in force and the document it was made from. */
export interface LiveTable<T> {
  /** The table in force; `null` before the first good document. */
  current(nowMs: number): T | null;
  /** The document in force, without expired routes; `null` before the first good one. */
  document(nowMs?: number): RoutesDocument | null;
  /** Reads the document again. Never rejects: on failure the last good table stays. */
  refresh(): Promise<void>;
  /**
   * Edits the stored document; the new table is in force when the promise resolves. `edit` may be
   * called more than once, each time with the newest document, and must not change what it is given.
   * @throws what `edit` throws; CompileError; StoreError. Nothing is stored or changed then.
   */
  write(edit: (document: RoutesDocument) => RoutesDocument): Promise<RoutesDocument>;
}

/** Options of {@link liveTable}. */
export interface LiveTableOptions<T> {
  readonly store: Store;
  /** A document to start from, in force at once. Default: none until the first `refresh`. */
  readonly initial?: RoutesDocument | undefined;
  /** Makes a table of a valid document; `previous` is the one in force. */
  readonly compile: (document: RoutesDocument, previous: T | null) => T;
  /** Called when the table was replaced, and once for every new way of failing to. */
  readonly onReload: (reload: Reload) => void;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

/** A state in force. Replaced whole, never changed, so that readers cannot see half of one. */
interface State<T> {
  /** As the store gave it: the same object again means that nothing changed. */
  readonly stored: RoutesDocument;
  readonly document: RoutesDocument;
  readonly table: T;
  /** When the first of its routes expires, in milliseconds since 1970; `Infinity` if none does. */
  readonly expiresAtMs: number;
}

/**
 * Keeps the table of the last good document of a store, replaced whole and never by an older one.
 *
 * @example
 * const live = liveTable({ store, compile: (document) => document.routes, onReload: console.log });
 * await live.refresh();
 * live.current(Date.now()); // the routes
 */
export function liveTable<T>(options: LiveTableOptions<T>): LiveTable<T> {
  const { store, compile, onReload, now = Date.now } = options;
  let state: State<T> | null = null;
  let failure: string | null = null;
  // Order of events, in place of clocks: when a read began, when a write ended.
  let events = 0;
  let newestRead = 0;
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

  function enforce(next: State<T>): void {
    state = next;
    failure = null;
    onReload({ result: 'success', routes: next.document.routes.length });
  }

  function fail(error: Error): void {
    if (failure === error.message) return;
    failure = error.message;
    onReload({ result: 'failure', error });
  }

  /** The state in force, after dropping what has expired by now. */
  function settled(nowMs: number): State<T> | null {
    if (state === null || nowMs < state.expiresAtMs) return state;
    try {
      enforce(build(state.stored, nowMs));
    } catch (error) {
      // Not to be tried again for every request.
      state = { ...state, expiresAtMs: Infinity };
      fail(error as CompileError);
    }
    return state;
  }

  return {
    current: (nowMs) => settled(nowMs)?.table ?? null,
    document: (nowMs = now()) => settled(nowMs)?.document ?? null,

    async refresh() {
      for (;;) {
        const began = ++events;
        try {
          const stored = await store.load();
          // A write that ended meanwhile may be newer than what was read, or older: read again.
          if (began < lastWriteEnd) continue;
          if (began < newestRead) return;
          newestRead = began;
          if (stored !== state?.stored || failure !== null) enforce(build(stored, now()));
        } catch (error) {
          if (began < lastWriteEnd) continue;
          if (began < newestRead) return;
          fail(error instanceof Error ? error : new Error(String(error)));
        }
        return;
      }
    },

    async write(edit) {
      let order = 0;
      let built: State<T> | null = null;
      const stored = await store.update((document) => {
        order = ++events;
        const edited = edit(withoutExpired(document, now()));
        // Here and not afterwards: a document that makes no table must not be stored.
        built = build(edited, now());
        return edited;
      });
      lastWriteEnd = ++events;
      // Stores make edits one after another, but their promises may resolve in any order.
      if (built !== null && order > newestEdit) {
        newestEdit = order;
        enforce({ ...(built as State<T>), stored });
      }
      return stored;
    },
  };
}
