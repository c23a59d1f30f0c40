import { expect, it } from 'vitest';
import { StoreError } from '../../../src/stores/error.ts';
import { kvStore } from '../../../src/stores/kv.ts';
import { turns } from '../../support/turns.ts';
import { adding, documentOf, idsOf } from './routes.ts';

/** A namespace whose reads may lag behind its writes, as KV's do. */
function namespace(first: string | null = null) {
  const kv = {
    stored: first,
    shown: undefined as string | null | undefined,
    asked: [] as unknown[],
    get(key: string, options: unknown) {
      kv.asked.push([key, options]);
      return Promise.resolve(kv.shown === undefined ? kv.stored : kv.shown);
    },
    async put(_key: string, text: string) {
      await turns(1);
      kv.stored = text;
    },
  };
  return kv;
}

it('takes a missing key for an empty document and asks with at least 30 s of cache', async () => {
  const kv = namespace();
  expect(await kvStore(kv, { cacheTtl: 5 }).load()).toEqual({ routes: [] });
  expect(kv.asked).toEqual([['routes', { type: 'text', cacheTtl: 30 }]]);
});

it('writes the key, and gives the same object while it is unchanged', async () => {
  const kv = namespace();
  const store = kvStore(kv);
  const written = await store.update(adding('1'));
  expect(JSON.parse(kv.stored!)).toEqual(documentOf('1'));
  expect(await store.load()).toBe(written);
});

it('does not undo its own writes when reads show older states', async () => {
  let nowMs = 0;
  const kv = namespace(JSON.stringify(documentOf('1')));
  const store = kvStore(kv, { now: () => nowMs });
  kv.shown = kv.stored;
  await store.update(adding('2'));
  // Still the state before the first write, which is not the one before the second.
  await store.update(adding('3'));
  expect(idsOf(JSON.parse(kv.stored!))).toEqual(['1', '2', '3']);
  expect(idsOf(await store.load())).toEqual(['1', '2', '3']);
  // News from elsewhere is believed at once, an old state when it has stayed too long.
  const old = kv.shown;
  kv.shown = JSON.stringify(documentOf('9'));
  expect(idsOf(await store.load())).toEqual(['9']);
  kv.shown = old;
  nowMs = 60_001;
  expect(idsOf(await store.load())).toEqual(['1']);
});

it('makes edits at once one after another', async () => {
  const kv = namespace();
  const store = kvStore(kv);
  await Promise.all(['1', '2', '3'].map((id) => store.update(adding(id))));
  expect(idsOf(JSON.parse(kv.stored!)).toSorted()).toEqual(['1', '2', '3']);
});

it('refuses a value over 25 MiB before it is put', async () => {
  const kv = namespace();
  const huge = kvStore(kv).update((document) => ({ ...document, x: 'ü'.repeat(13 * 2 ** 20) }));
  await expect(huge).rejects.toThrow(/expected at most 26214400 bytes/);
  expect(kv.stored).toBe(null);
});

it('reports the platform and bad documents as store errors', async () => {
  const kv = namespace('{"routes":[{}]}');
  await expect(kvStore(kv).load()).rejects.toThrow(/^KV binding ROUTES: expected a valid routes/);
  const refused = kvStore(kv).update(adding('1'));
  await expect(refused).rejects.toBeInstanceOf(StoreError);
  await expect(refused).rejects.toMatchObject({ code: 'ERR_STORE' });
  kv.get = () => Promise.reject(new Error('internal'));
  await expect(kvStore(kv).load()).rejects.toThrow(/expected to read the key routes/);
});
