import { expect, it } from 'vitest';
import type { RoutesDocument } from '../../../src/config/document.ts';
import { CompileError, liveTable } from '../../../src/stores/live.ts';
import type { Reload } from '../../../src/stores/live.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import type { Store } from '../../../src/stores/store.ts';
import { turns } from '../../support/turns.ts';
import { adding, documentOf, idsOf } from './routes.ts';

function setUp(store: Store, nowMs = 0) {
  const clock = { nowMs };
  const reloads: (number | string)[] = [];
  const previous: unknown[] = [];
  const live = liveTable({
    store,
    compile(document, before: string[] | null) {
      previous.push(before);
      if (idsOf(document).includes('bad')) throw new Error('cannot compile');
      return idsOf(document);
    },
    onReload: (reload: Reload) =>
      reloads.push(reload.result === 'success' ? reload.routes : reload.error.message),
    now: () => clock.nowMs,
  });
  return { live, reloads, previous, clock };
}

/** A store whose loads are answered by hand. */
function manual() {
  const waiting: { resolve(document: RoutesDocument): void; reject(error: Error): void }[] = [];
  const store: Store = {
    ...memoryStore(documentOf()),
    load: () => new Promise((resolve, reject) => waiting.push({ resolve, reject })),
  };
  return { store, waiting };
}

it('holds nothing before the first document, an empty table counts', async () => {
  const { live, reloads } = setUp(memoryStore(documentOf()));
  expect([live.current(0), live.document()]).toEqual([null, null]);
  await live.refresh();
  expect([live.current(0), live.document(), reloads]).toEqual([[], { routes: [] }, [0]]);
});

it('keeps the last good table and says each way of failing once', async () => {
  const { store, waiting } = manual();
  const { live, reloads } = setUp(store);
  const steps: (Error | RoutesDocument)[] = [
    documentOf('1'),
    new Error('a'),
    new Error('a'),
    new Error('b'),
    documentOf('bad'),
    documentOf('bad'),
  ];
  for (const step of steps) {
    const refreshed = live.refresh();
    const { resolve, reject } = waiting.pop()!;
    if (step instanceof Error) reject(step);
    else resolve(step);
    await refreshed;
    expect(live.current(0)).toEqual(['1']);
  }
  const healed = live.refresh();
  waiting.pop()!.resolve(documentOf('2'));
  await healed;
  expect(live.current(0)).toEqual(['2']);
  expect(reloads).toEqual([1, 'a', 'b', 'cannot compile', 1]);
});

it('says what came of each reading to who asked for it', async () => {
  const { store, waiting } = manual();
  const { live } = setUp(store);
  const document = documentOf('1');
  const error = new Error('a');
  async function read(step: Error | RoutesDocument) {
    const refreshed = live.refresh();
    const { resolve, reject } = waiting.pop()!;
    if (step instanceof Error) reject(step);
    else resolve(step);
    return refreshed;
  }
  expect(await read(error)).toEqual({ result: 'failure', error, routes: null });
  expect(await read(error)).toEqual({ result: 'failure', error, routes: null, repeated: true });
  expect(await read(document)).toEqual({ result: 'success', routes: 1 });
  expect(await read(document)).toEqual({ result: 'unchanged', routes: 1 });
  expect(await read(documentOf('bad'))).toMatchObject({ result: 'failure', routes: 1 });
  expect(await read(document)).toEqual({ result: 'success', routes: 1 });
  // Of two, the one that was overtaken says what the other has found.
  const both = [live.refresh(), live.refresh()];
  waiting[1]!.resolve(documentOf('1', '2'));
  const later = await both[1];
  waiting[0]!.resolve(document);
  expect([await both[0], later]).toEqual([later, { result: 'success', routes: 2 }]);
});

it('does not compile an unchanged document again', async () => {
  const { live, previous } = setUp(memoryStore(documentOf('1')));
  await live.refresh();
  await live.refresh();
  expect(previous).toEqual([null]);
});

it('puts a write in force before it resolves, made from the previous table', async () => {
  const { live, previous, reloads } = setUp(memoryStore(documentOf('1')));
  await live.refresh();
  await live.write(adding('2'));
  expect(live.current(0)).toEqual(['1', '2']);
  expect(previous).toEqual([null, ['1']]);
  await live.refresh();
  expect(reloads).toEqual([1, 2]);
});

it('stores nothing that cannot be compiled', async () => {
  const store = memoryStore(documentOf('1'));
  const { live, reloads } = setUp(store);
  await live.refresh();
  await expect(live.write(adding('bad'))).rejects.toBeInstanceOf(CompileError);
  expect(idsOf(await store.load())).toEqual(['1']);
  expect(live.current(0)).toEqual(['1']);
  expect(reloads).toEqual([1]);
});

it('lets a write that ends during a refresh win, and reads again', async () => {
  const { store, waiting } = manual();
  const { live } = setUp(store);
  const refreshed = live.refresh();
  await live.write(adding('new'));
  waiting.shift()!.resolve(documentOf('old'));
  await turns(1);
  expect(live.current(0)).toEqual(['new']);
  waiting.shift()!.resolve(documentOf('newest'));
  await refreshed;
  expect(live.current(0)).toEqual(['newest']);
});

it('drops the answer of a refresh that a later one overtook', async () => {
  const { store, waiting } = manual();
  const { live } = setUp(store);
  const both = [live.refresh(), live.refresh()];
  waiting[1]!.resolve(documentOf('later'));
  await both[1];
  waiting[0]!.resolve(documentOf('earlier'));
  await both[0];
  expect(live.current(0)).toEqual(['later']);
});

it('drops routes when their time has passed, and stores that with the next write', async () => {
  const store = memoryStore({ ...documentOf('1', '2', '3', '4'), expires: { 1: 5, 2: 10, 3: 20 } });
  const { live, clock, reloads } = setUp(store, 5000);
  await live.refresh();
  expect(live.current(9_999)).toEqual(['2', '3', '4']);
  expect(live.current(10_000)).toEqual(['3', '4']);
  expect(live.document(20_000)).toEqual(documentOf('4'));
  expect((await store.load()).routes).toHaveLength(4);
  clock.nowMs = 20_000;
  await live.write(adding('5'));
  expect(await store.load()).toEqual(documentOf('4', '5'));
  expect(reloads).toEqual([3, 2, 1, 2]);
});
