import { describe, expect, it } from 'vitest';
import { tappedResponse } from '../../../../src/runtime/observe/tapped-response.ts';
import { heard } from '../../../support/heard.ts';
import { until } from '../../../support/until.ts';

const encode = (text: string) => new TextEncoder().encode(text);

/** A stream that gives each text when `next` is called, and what happened to it. */
function stepped(texts: readonly string[]) {
  let next!: () => void;
  let cancelled = false;
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise<void>((resolve) => (next = resolve));
      if (at === texts.length) controller.close();
      else controller.enqueue(encode(texts[at++]!));
    },
    cancel: () => void (cancelled = true),
  });
  return { stream, next: () => next(), cancelled: () => cancelled };
}

it.each([
  ['text', 'hello', 'hello'],
  ['bytes', encode('hello'), 'hello'],
  ['parts of a blob', new Blob(['hel', 'lo']), 'hello'],
  ['nothing', '', ''],
])('leaves a response alone that is there already: %s', async (_, content, text) => {
  const tap = heard();
  const response = new Response(content, { status: 201, headers: { 'x-one': '1' } });
  expect(await tappedResponse(response, tap)).toBe(response);
  expect(tap.heads[0]![0]).toBe(201);
  expect(tap.heads[0]![1]).toEqual(expect.arrayContaining(['x-one', '1']));
  expect([tap.text, tap.ended]).toEqual([text, [[true, null]]]);
  expect(await response.text()).toBe(text);
});

it.each([
  ['no body', new Response(null), 'GET'],
  ['204', new Response(null, { status: 204 }), 'GET'],
  ['304', new Response(null, { status: 304, headers: { 'content-length': '5' } }), 'GET'],
  ['HEAD', new Response('never sent', { headers: { 'content-length': '10' } }), 'HEAD'],
])('tells of a response without a body: %s', async (_, response, method) => {
  const tap = heard();
  expect(await tappedResponse(response, tap, method)).toBe(response);
  expect([tap.heads.length, tap.text, tap.ended]).toEqual([1, '', [[true, null]]]);
});

describe('a stream', () => {
  it('is relayed chunk by chunk', async () => {
    const tap = heard();
    const { stream, next } = stepped(['one', 'two']);
    const init = { status: 203, statusText: 'Fine', headers: { 'x-one': '1' } };
    const response = await tappedResponse(new Response(stream, init), tap);
    expect([response.status, response.statusText]).toEqual([203, 'Fine']);
    expect(response.headers.get('x-one')).toBe('1');
    const reader = response.body!.getReader();
    for (const text of ['one', 'two']) {
      next();
      expect((await reader.read()).value).toEqual(encode(text));
    }
    expect(tap.ended).toEqual([]);
    next();
    expect((await reader.read()).done).toBe(true);
    expect([tap.text, tap.ended]).toEqual(['onetwo', [[true, null]]]);
  });

  it('is cancelled with the response', async () => {
    const tap = heard();
    const { stream, next, cancelled } = stepped(['one', 'two']);
    const { body } = await tappedResponse(new Response(stream), tap);
    const reader = body!.getReader();
    next();
    await reader.read();
    await reader.cancel();
    await until(cancelled);
    expect([tap.text, tap.ended]).toEqual(['one', [[false, null]]]);
  });

  it('is not touched if the tap wants none of it', async () => {
    const tap = { ...heard(), wanted: false };
    const response = new Response(stepped(['one']).stream, { headers: { 'content-length': '3' } });
    const { body } = response;
    expect(await tappedResponse(response, tap)).toBe(response);
    expect(response.body).toBe(body);
    expect(tap.ended).toEqual([[false, null]]);
  });

  it('is left alone if somebody reads it', async () => {
    const tap = heard();
    const response = new Response('hello');
    response.body!.getReader();
    expect(await tappedResponse(response, tap)).toBe(response);
    expect([tap.heads.length, tap.ended]).toEqual([1, [[false, null]]]);
  });

  it('breaks off as it did', async () => {
    const tap = heard();
    const stream = new ReadableStream({
      pull: (controller) => controller.error(new Error('broken')),
    });
    const response = await tappedResponse(new Response(stream), tap);
    await expect(response.text()).rejects.toThrow('broken');
    expect(tap.ended).toEqual([[false, null]]);
  });
});

it('shows no more of a long body than the tap wants', async () => {
  const tap = heard(1000);
  const text = 'x'.repeat(100_000);
  const response = new Response(new Blob(Array.from({ length: 100 }, () => text)));
  expect(await tappedResponse(response, tap)).toBe(response);
  expect(tap.size).toBeLessThan(1_000_000);
  expect(tap.ended).toEqual([[false, null]]);
  expect((await response.text()).length).toBe(10_000_000);
});

describe('a stand-in for a response, as of @hono/node-server', () => {
  /** No real `Response` exists before somebody asks for what only that has. */
  function standIn(content: unknown) {
    const asked = (name: string) => () => {
      throw new Error(`asked for ${name}`);
    };
    const members = {
      status: 200,
      [Symbol('kept')]: [200, content, { 'x-one': '1' }],
    };
    return Object.defineProperties(members, {
      // The server would add a type.
      headers: { get: asked('headers') },
      body: { get: asked('body') },
      clone: { get: asked('clone') },
    }) as unknown as Response;
  }

  it.each(['hello', encode('hello'), new Blob(['hello'])])('stays one: %o', async (content) => {
    const tap = heard();
    const response = standIn(content);
    expect(await tappedResponse(response, tap)).toBe(response);
    expect([tap.text, tap.ended]).toEqual(['hello', [[true, null]]]);
    expect(tap.heads[0]![1]).toEqual(['x-one', '1']);
  });

  it('is replaced by another one if it has a stream', async () => {
    const tap = heard();
    const { stream, next } = stepped(['one']);
    const response = await tappedResponse(standIn(stream), tap);
    const text = response.text();
    await until(() => stream.locked);
    next();
    await until(() => tap.text === 'one');
    next();
    expect([await text, response.headers.get('x-one')]).toEqual(['one', '1']);
  });
});
