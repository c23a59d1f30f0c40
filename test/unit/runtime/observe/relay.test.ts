import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Tap } from '../../../../src/http/upload.ts';
import { isBeingRead, nodeStreamOf, observeBody } from '../../../../src/runtime/observe/relay.ts';
import { until } from '../../../support/until.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** A request whose body comes chunk by chunk as it is asked for, and a recording that listens. */
function observed(chunks: readonly string[], { length = null as number | null, most = 100 } = {}) {
  let given = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[given++];
        if (chunk === undefined) controller.close();
        else if (chunk === 'broken') controller.error(new Error('broken'));
        else controller.enqueue(bytes(chunk));
      },
      cancel: () => void (cancelled = true),
    },
    { highWaterMark: 0 },
  );
  const request = new Request('http://a/', { method: 'POST', body, duplex: 'half' } as RequestInit);
  let text = '';
  const ends: boolean[] = [];
  const tap: Tap = {
    get wanted() {
      return text.length < most;
    },
    chunk: (chunk) => void (text += new TextDecoder().decode(chunk)),
    end: (whole) => void ends.push(whole),
  };
  const watched = observeBody(request, length);
  watched.upload.tap(tap);
  return {
    watched,
    original: request,
    begin: () => watched.begin(),
    given: () => given,
    cancelled: () => cancelled,
    heard: () => ({ text, ends }),
  };
}

it('reads nothing before the app does, and no more than it does', async () => {
  const { begin, given, heard, watched } = observed(['one', 'two']);
  const { body } = begin();
  await new Promise((resolve) => setImmediate(resolve));
  expect([given(), watched.taken]).toEqual([0, false]);
  const reader = body!.getReader();
  expect((await reader.read()).value).toEqual(bytes('one'));
  await new Promise((resolve) => setImmediate(resolve));
  expect([given(), watched.taken]).toEqual([1, true]);
  expect(heard()).toEqual({ text: 'one', ends: [] });
  await reader.read();
  expect((await reader.read()).done).toBe(true);
  expect(heard()).toEqual({ text: 'onetwo', ends: [true] });
});

it('keeps for the app what was read without it', async () => {
  const { begin, heard, watched } = observed(['one', 'two', 'three']);
  const request = begin();
  await watched.readRest();
  expect(heard()).toEqual({ text: 'onetwothree', ends: [true] });
  expect(watched.taken).toBe(false);
  expect(await request.text()).toBe('onetwothree');
});

it('reads no further without the app than the recording wants', async () => {
  const { begin, given, watched, heard } = observed(['one', 'two', 'three'], { most: 4 });
  const request = begin();
  await watched.readRest();
  expect([given(), heard()]).toEqual([2, { text: 'onetwo', ends: [] }]);
  expect(await request.text()).toBe('onetwothree');
});

it('gives the app bytes that it may change', async () => {
  const { begin, heard } = observed(['one', 'two']);
  for await (const chunk of begin().body!) chunk.fill(0);
  expect(heard()).toEqual({ text: 'onetwo', ends: [true] });
});

it('goes on without an app that cancels, for the recording alone', async () => {
  const { begin, heard, watched, cancelled } = observed(['one', 'two', 'three']);
  const reader = begin().body!.getReader();
  await reader.read();
  await reader.cancel();
  expect(watched.taken).toBe(false);
  await until(() => heard().ends.length > 0);
  expect([heard(), cancelled()]).toEqual([{ text: 'onetwothree', ends: [true] }, false]);
});

it('is cancelled with the app when the recording wants no more', async () => {
  const { begin, cancelled } = observed(['one', 'two', 'three'], { most: 4 });
  await begin().body!.cancel();
  await until(cancelled);
});

it('breaks off for the app and for the recording alike', async () => {
  const { begin, heard } = observed(['one', 'broken']);
  await expect(begin().text()).rejects.toThrow('broken');
  expect(heard()).toEqual({ text: 'one', ends: [false] });
});

it('takes no body for whole that is shorter than its length', async () => {
  const { begin, heard } = observed(['one'], { length: 4 });
  expect(await begin().text()).toBe('one');
  expect(heard().ends).toEqual([false]);
});

it('leaves a body alone that somebody else reads', async () => {
  const { begin, original, heard } = observed(['one']);
  const text = original.text();
  expect(begin()).toBe(original);
  expect([await text, heard()]).toEqual(['one', { text: '', ends: [false] }]);
});

it('has what servers add to their requests, and keeps what it has itself', async () => {
  const { begin, original } = observed(['one']);
  Object.defineProperties(original, {
    ip: { value: '127.0.0.1' },
    waitUntil: { value: () => original.method },
    text: { value: () => 'not its own' },
  });
  const request = begin() as Request & { ip: string; waitUntil(): string };
  expect([request.ip, request.waitUntil()]).toEqual(['127.0.0.1', 'POST']);
  expect(await request.text()).toBe('one');
});

describe('where the request opens a stream of the server when it is asked for its body', () => {
  /** What a server of Node's hands out, and the stream that its app may read by itself. */
  function unopened({ method = 'POST' } = {}) {
    const incoming = { readableFlowing: null as boolean | null, readableDidRead: false };
    let opened = 0;
    const real = new Request('http://a/b', { method: 'POST', body: 'one' });
    const standIn: Request = Object.create(Request.prototype, {
      url: { value: 'http://a/b' },
      method: { value: method },
      headers: { value: new Headers({ 'x-a': 'b' }) },
      signal: { value: new AbortController().signal },
      bodyUsed: { value: false },
      body: { get: () => (opened++, real.body) },
    });
    const ends: boolean[] = [];
    const watched = observeBody(standIn, null, { incoming });
    watched.upload.tap({ wanted: true, chunk() {}, end: (whole) => void ends.push(whole) });
    return { incoming, standIn, watched, ends, opened: () => opened };
  }

  it('asks for it no sooner than the app does', async () => {
    const { watched, opened, ends } = unopened();
    const request = watched.begin();
    await new Promise((resolve) => setImmediate(resolve));
    expect([opened(), request.method, request.url]).toEqual([0, 'POST', 'http://a/b']);
    expect(request.headers.get('x-a')).toBe('b');
    expect([await request.text(), ends]).toEqual(['one', [true]]);
  });

  it('reads what the app has left alone', async () => {
    const { watched, ends } = unopened();
    const request = watched.begin();
    expect(watched.taken).toBe(false);
    await watched.readRest();
    expect([await request.text(), ends]).toEqual(['one', [true]]);
  });

  it.each([
    ['listens to', { readableFlowing: true }],
    ['has paused', { readableFlowing: false }],
    ['has read from', { readableDidRead: true }],
  ])('leaves it to an app that %s that stream', async (_what, state) => {
    const { incoming, watched, opened, ends } = unopened();
    const request = watched.begin();
    Object.assign(incoming, state);
    await watched.readRest();
    await request.body!.cancel();
    expect([opened(), ends]).toEqual([0, [false]]);
  });

  it('refuses the body to an app that has read from that stream', async () => {
    const { incoming, watched, opened, ends } = unopened();
    const request = watched.begin();
    incoming.readableDidRead = true;
    await expect(request.text()).rejects.toThrow(TypeError);
    expect([opened(), ends]).toEqual([0, [false]]);
  });

  it('makes no copy for an app that reads both', async () => {
    const { incoming, watched, ends } = unopened();
    const request = watched.begin();
    incoming.readableFlowing = true;
    expect([await request.text(), ends]).toEqual(['one', [false]]);
  });

  it('does nothing to one that others read already', () => {
    const { incoming, standIn, watched, opened, ends } = unopened();
    incoming.readableFlowing = false;
    expect(watched.begin()).toBe(standIn);
    expect([opened(), ends]).toEqual([0, [false]]);
  });

  it('does nothing to one that no other request can stand for', () => {
    const { standIn, watched, opened, ends } = unopened({ method: 'TRACE' });
    expect(watched.begin()).toBe(standIn);
    expect([opened(), ends]).toEqual([0, [false]]);
  });
});

it('finds the stream of a server of Node’s, and nothing else', () => {
  const incoming = Readable.from(['one']);
  expect(nodeStreamOf({ incoming })).toBe(incoming);
  for (const env of [undefined, null, 'env', {}, { incoming: null }, { incoming: {} }])
    expect(nodeStreamOf(env)).toBe(null);
});

it.each<[string, (stream: Readable) => unknown]>([
  ['a listener', (stream) => stream.on('data', () => {})],
  ['a listener that pulls', (stream) => stream.on('readable', () => {})],
  ['a loop', (stream) => stream[Symbol.asyncIterator]().next()],
  ['a pause', (stream) => stream.pause()],
  ['a web stream', (stream) => Readable.toWeb(stream)],
])('sees that it is read, by %s', async (_what, read) => {
  const stream = Readable.from(['one']);
  stream.on('error', () => {}).on('end', () => {});
  expect(isBeingRead(stream)).toBe(false);
  void read(stream);
  await Promise.resolve();
  expect(isBeingRead(stream)).toBe(true);
});
