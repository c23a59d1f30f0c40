import { asWritten, type RoutesDocument } from '../config/document.ts';
import { StoreError } from './error.ts';
import { ownWrites } from './own-writes.ts';
import type { Store } from './store.ts';
import { checkEdited, EMPTY_DOCUMENT, readDocument } from './document-text.ts';

/** The methods of a Cloudflare KV namespace that the store uses. */
export interface KvNamespace {
  get(key: string, options: { type: 'text'; cacheTtl: number }): Promise<string | null>;
  put(key: string, value: string): Promise<unknown>;
}

/** Options of {@link kvStore}. */
export interface KvStoreOptions {
  /** The store's name in messages. Default: `KV binding ROUTES`. */
  readonly name?: string;
  /** Seconds for which a Cloudflare location may serve a value from its cache. Default and minimum: 30. */
  readonly cacheTtl?: number;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

const KEY = 'routes';
/** KV refuses a shorter cache time. */
const LEAST_CACHE_TTL_S = 30;
/** KV's limit for a value. */
const MAX_BYTES = 25 * 1024 * 1024;
/** KV may take this long until a write is visible everywhere. */
const PROPAGATION_S = 60;
/** An update waits at most this long for another one. */
const LEASE_MS = 10_000;
const LEASE_POLL_MS = 25;

/**
 * Keeps a document under the key `routes` of a KV namespace. A missing key is an empty document.
 *
 * KV serves reads from a cache: a read may return a text that this store has already replaced, and an update
 * based on it would undo the newer write. So the store remembers the last text it wrote. When a read returns a
 * text that the store replaced less than `cacheTtl` (at least 60) seconds ago, the remembered text is used
 * instead. Any other text is a change from outside. Two limits follow:
 * - if someone restores an older text by other means, this is noticed only after that time;
 * - two isolates that write within the same minute can still undo each other's writes: KV has no conditional write.
 *
 * Workers must not await another request's promise, so updates take turns by polling the end of a lease.
 *
 * @throws StoreError from `load` and `update`
 * @example
 * const store = kvStore(env.ROUTES);
 * const { routes } = await store.load();
 */
export function kvStore(namespace: KvNamespace, options: KvStoreOptions = {}): Store {
  const name = options.name ?? 'KV binding ROUTES';
  const cacheTtl = Math.max(LEAST_CACHE_TTL_S, Math.ceil(options.cacheTtl ?? LEAST_CACHE_TTL_S));
  const now = options.now ?? Date.now;
  const own = ownWrites(Math.max(cacheTtl, PROPAGATION_S) * 1000);
  let known: { readonly text: string; readonly document: RoutesDocument } | null = null;
  /** End of the current update's turn. Needed because the platform may end a request without running `finally`. */
  let leaseUntil = 0;

  async function read(): Promise<{ text: string | null; document: RoutesDocument }> {
    const shown = await namespace
      .get(KEY, { type: 'text', cacheTtl })
      .catch((error: unknown) => unreachable('read', error));
    const text = await own.latest(shown, now());
    if (text === null) return { text, document: EMPTY_DOCUMENT };
    if (known?.text !== text) known = { text, document: readDocument(text, { where: name }) };
    return { text, document: known.document };
  }

  async function inTurn<T>(job: () => Promise<T>): Promise<T> {
    while (now() < leaseUntil) await new Promise((resolve) => setTimeout(resolve, LEASE_POLL_MS));
    const lease = now() + LEASE_MS;
    leaseUntil = lease;
    try {
      return await job();
    } finally {
      if (leaseUntil === lease) leaseUntil = 0;
    }
  }

  function unreachable(doing: string, error: unknown): never {
    throw new StoreError(
      {
        where: name,
        expected: `to ${doing} the key ${KEY}`,
        found: 'an error of the platform',
        remedy: 'try again in a moment',
      },
      error,
    );
  }

  return {
    name,
    load: async () => (await read()).document,
    update: (edit) =>
      inTurn(async () => {
        const { text: before, document } = await read();
        const edited = checkEdited(edit(document), { where: name });
        const text = JSON.stringify(asWritten(edited), null, 2);
        const { byteLength } = new TextEncoder().encode(text);
        if (byteLength > MAX_BYTES) throw tooLarge(name, byteLength);
        await namespace.put(KEY, text).catch((error: unknown) => unreachable('write', error));
        await own.wrote(before, text, now());
        known = { text, document: edited };
        return edited;
      }),
  };
}

function tooLarge(where: string, size: number): StoreError {
  return new StoreError({
    where,
    expected: `at most ${MAX_BYTES} bytes, the most KV takes`,
    found: `${size} bytes`,
    remedy: 'nothing was stored; use fewer routes',
  });
}
