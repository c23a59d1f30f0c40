import { formatDocument, layoutOf } from './layout.ts';
import { resolve } from 'node:path';
import type { RoutesDocument } from '../../config/document.ts';
import { StoreError, type StorePlace } from '../error.ts';
import { placeOf } from './place.ts';
import { readSnapshot } from './read.ts';
import type { Snapshot } from './read.ts';
import { replaceFile } from './replace.ts';
import { type Stamp, stampAt } from './stamp.ts';
import { watchFiles } from './watch.ts';
import type { Store } from '../store.ts';
import { checkEdited, EMPTY_DOCUMENT, readDocument } from '../document-text.ts';

/** No routes document is larger: this is room for hundreds of thousands of routes. */
const DEFAULT_MOST_BYTES = 64 * 1024 * 1024;
/** How often an edit is tried when others keep writing to the file in between. */
const MAX_ATTEMPTS = 10;

/** Options of {@link fileStore}. */
export interface FileStoreOptions {
  /** Largest file that is read, in bytes. Default: 64 MiB. */
  readonly maxBytes?: number;
  /** Whether a file that is missing from the beginning is an error as well. Default: it is an empty document. */
  readonly mustExist?: boolean;
}

/**
 * Keeps a document in a file, which people and other programs may edit at the same time.
 *
 * - A missing file is an empty document; the first write creates it. If the file existed before, its absence is an
 *   error, because a deployment that is half done must not empty the table.
 * - An invalid file is never overwritten.
 * - Writes are atomic and durable. They keep the file's mode, indentation and final newline. A symlink stays a
 *   symlink.
 *
 * @throws StoreError from `load` and `update`
 * @example
 * const store = fileStore('routes.json');
 * const { routes } = await store.load();
 * const stop = store.watch?.(() => console.log('changed'));
 */
export function fileStore(path: string, options: FileStoreOptions = {}): Store {
  const absolute = resolve(path);
  const place = placeOf(absolute);
  const maxBytes = options.maxBytes ?? DEFAULT_MOST_BYTES;
  /** The last valid text and its document, so that an unchanged file is not parsed again. */
  let known: { readonly text: string; readonly document: RoutesDocument } | null = null;
  /** Stamp of the file as last read or written. */
  let seen: Stamp | null = null;
  /** Text of that file if its stamp is racy: the stamp alone then does not prove that the file is unchanged. */
  let racyText: string | null = null;
  let existed = false;
  const { mustExist = false } = options;
  let tail: Promise<unknown> = Promise.resolve();

  /** Runs jobs one after another: a read during a write could not tell which state it saw. */
  function inTurn<T>(job: () => Promise<T>): Promise<T> {
    const turn = tail.then(job, job);
    tail = turn.catch(() => undefined);
    return turn;
  }

  async function read(): Promise<{ snapshot: Snapshot; document: RoutesDocument }> {
    const snapshot = await readSnapshot(absolute, maxBytes);
    seen = snapshot.stamp;
    racyText = snapshot.racy ? snapshot.text : null;
    if (snapshot.text === null) {
      if (existed) throw vanished(place);
      if (mustExist) throw absent(place);
      return { snapshot, document: EMPTY_DOCUMENT };
    }
    if (known?.text !== snapshot.text) {
      known = { text: snapshot.text, document: readDocument(snapshot.text, place) };
    }
    existed = true;
    return { snapshot, document: known.document };
  }

  async function update(edit: (document: RoutesDocument) => RoutesDocument) {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const { snapshot, document } = await read();
      const edited = checkEdited(edit(document), place);
      const text = formatDocument(edited, layoutOf(snapshot.text));
      const stamp = await replaceFile(absolute, text, snapshot);
      if (stamp === null) continue;
      known = { text, document: edited };
      seen = stamp;
      racyText = text;
      existed = true;
      return edited;
    }
    throw new StoreError({
      ...place,
      expected: 'a file at rest',
      found: 'one that others kept writing to',
      remedy: 'try again',
    });
  }

  /** Compares the text of a file whose stamp is racy, until it is old enough for its stamp to be reliable. */
  function differs(): Promise<boolean> {
    if (racyText === null) return Promise.resolve(false);
    return inTurn(async () => {
      const before = racyText;
      if (before === null) return false;
      const snapshot = await readSnapshot(absolute, maxBytes);
      // The file changed just now: the next poll sees its new stamp.
      if (snapshot.stamp !== seen) return false;
      if (!snapshot.racy) racyText = null;
      return snapshot.text !== before;
    });
  }

  return {
    name: place.where,
    load: () => inTurn(async () => (await read()).document),
    update: (edit) => inTurn(() => update(edit)),
    watch: (changed) =>
      watchFiles({ stamp: () => stampAt(absolute), seen: () => seen, differs }, changed),
  };
}

function absent(place: StorePlace): StoreError {
  return new StoreError({
    ...place,
    expected: 'a routes document',
    found: 'no such file',
    remedy: 'name one that is there, or begin with {"routes": []}',
  });
}

function vanished(place: StorePlace): StoreError {
  return new StoreError({
    ...place,
    expected: 'the file that was there before',
    found: 'it missing',
    remedy: 'keeping the last good table; put the file back',
  });
}
