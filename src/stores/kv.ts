import type { RoutesDocument } from '../config/document.ts';
import { StoreError } from './error.ts';
import { ownWrites } from './own-writes.ts';
import type { Store } from './store.ts';
import {
  checkEdited,
  emptyDocument,
  formatDocument,
  layoutOf,
  readDocument,
} from './document-text.ts';

/** The part of a Cloudflare KV namespace that is used. */
export interface KvNamespace {
  get(key: string, options: { type: 'text'; cacheTtl: number }): Promise<string | null>;
  put(key: string, value: string): Promise<unknown>;
}

/** Options of {@link kvStore}. */
export interface KvStoreOptions {
  /** For messages. Default: `KV binding ROUTES`. */
  readonly name?: string;
  /** Seconds a colo may answer from its cache. Default: 30, which is also the least KV takes. */
  readonly cacheTtl?: number;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

const key = 'routes';
const leastCacheTtl = 30;
/** The most KV stores under one key. */
const maxBytes = 25 * 1024 * 1024;
/** How long KV may take to show a write everywhere, in seconds. */
const spread = 60;
/** How long an update waits for another one, and how long one may take, in milliseconds. */
const leaseMs = 10_000;
const pauseMs = 25;

/**
 * A document under the key `routes` of a KV namespace. A missing key is an empty document.
 *
 * KV answers from a cache, so a read after a write may show the state before it, and an update made
 * from that would undo the write. Therefore the store remembers its own last text: a read that
 * shows a state which its own writes replaced within the last `cacheTtl` seconds (at least the
 * minute KV takes to spread a write) yields that text instead; any other text counts as news from
 * elsewhere. The price: putting an older text back by other means is noticed after that time.
 * Two isolates that write in the same minute can still undo each other; KV has no way to tell.
 *
 * Only plain data is kept between requests, as Workers demand: updates wait for each other by
 * looking at a number, never at another request's promise.
 *
 * @throws StoreError from `load` and `update`
 * @example
 * const store = kvStore(env.ROUTES);
 * const { routes } = await store.load();
 */
export function kvStore(namespace: KvNamespace, options: KvStoreOptions = {}): Store {
  const name = options.name ?? 'KV binding ROUTES';
  const cacheTtl = Math.max(leastCacheTtl, Math.ceil(options.cacheTtl ?? leastCacheTtl));
  const now = options.now ?? Date.now;
  const own = ownWrites(Math.max(cacheTtl, spread) * 1000);
  let known: { readonly text: string; readonly document: RoutesDocument } | null = null;
  /** When the update under way gives up its turn; a request may die without a word. */
  let leaseUntil = 0;

  async function read(): Promise<{ text: string | null; document: RoutesDocument }> {
    const shown = await namespace
      .get(key, { type: 'text', cacheTtl })
      .catch((error: unknown) => unreachable('read', error));
    const text = await own.latest(shown, now());
    if (text === null) return { text, document: emptyDocument };
    if (known?.text !== text) known = { text, document: readDocument(text, name) };
    return { text, document: known.document };
  }

  async function inTurn<T>(job: () => Promise<T>): Promise<T> {
    while (now() < leaseUntil) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const lease = now() + leaseMs;
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
        expected: `to ${doing} the key ${key}`,
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
        const edited = checkEdited(edit(document), name);
        const text = formatDocument(edited, layoutOf(before));
        const { byteLength } = new TextEncoder().encode(text);
        if (byteLength > maxBytes) throw tooLarge(name, byteLength);
        await namespace.put(key, text).catch((error: unknown) => unreachable('write', error));
        await own.wrote(before, text, now());
        known = { text, document: edited };
        return edited;
      }),
  };
}

function tooLarge(where: string, size: number): StoreError {
  return new StoreError({
    where,
    expected: `at most ${maxBytes} bytes, the most KV takes`,
    found: `${size} bytes`,
    remedy: 'nothing was stored; use fewer routes',
  });
}
