import { expect, it } from 'vitest';
import { BodyPipe } from '../../../src/http1/body-pipe.ts';
import { heard } from '../../support/heard.ts';

/** A pipe, and what it said to its connection. */
function pipe(highWater: number) {
  const said: string[] = [];
  const flow = {
    turns: null,
    pause: () => void said.push('pause'),
    resume: () => void said.push('resume'),
    cancel: () => void said.push('cancel'),
  };
  return { body: new BodyPipe(flow, highWater), said };
}

it('lets its sender wait while too much waits for its reader', async () => {
  const { body, said } = pipe(4);
  body.push(Buffer.from('abc'));
  expect(said).toEqual([]);
  body.push(Buffer.from('def'));
  expect(said).toEqual(['pause']);
  await body.read();
  expect(said).toEqual(['pause']);
  await body.read();
  expect(said).toEqual(['pause', 'resume']);
});

it('counts what its bytes took on the wire', async () => {
  const { body, said } = pipe(60);
  for (let i = 0; i < 9; i++) body.push(Buffer.from('x'), 6);
  expect(said).toEqual([]);
  body.push(Buffer.from('x'), 6);
  expect(said).toEqual(['pause']);
  while (said.length === 1) await body.read();
  expect([said, body.received]).toEqual([['pause', 'resume'], 60]);
});

it('hands small pieces on together', async () => {
  const { body } = pipe(Infinity);
  for (let i = 0; i < 1000; i++) body.push(Buffer.from('x'));
  body.end();
  const pieces: number[] = [];
  for (let piece = await body.read(); piece !== null; piece = await body.read())
    pieces.push(piece.byteLength);
  expect(pieces).toEqual([1, 999]);
});

it('has no say on its connection once it is cancelled', async () => {
  const { body, said } = pipe(4);
  body.push(Buffer.from('abcdef'));
  body.cancel();
  body.cancel();
  body.drain();
  body.push(Buffer.from('abcdef'));
  expect(said).toEqual(['pause', 'cancel']);
});

it('has no say on it either once it has ended', () => {
  const { body, said } = pipe(4);
  body.push(Buffer.from('abcdef'));
  body.end();
  expect(said).toEqual(['pause', 'resume']);
  body.drain();
  body.cancel();
  expect(said).toEqual(['pause', 'resume']);
});

it('shows a tap what is buffered and what arrives, without waiting for the reader', async () => {
  const { body, said } = pipe(100);
  for (const piece of ['ab', 'c', 'd']) body.push(Buffer.from(piece));
  const tap = heard();
  body.tap(tap);
  body.push(Buffer.from('ef'));
  expect([tap.text, tap.ended]).toEqual(['abcdef', []]);
  expect(Buffer.concat(body.drain()).toString()).toBe('abcdef');
  const pending = body.read();
  body.push(Buffer.from('gh'));
  expect(await pending).toEqual(Buffer.from('gh'));
  body.end(['x-sum', '1']);
  body.cancel();
  body.fail(new Error('late'));
  expect([tap.text, tap.ended]).toEqual(['abcdefgh', [[true, ['x-sum', '1']]]]);
  expect(said).toEqual([]);
});

it('shows a tap at once what has arrived as a whole', () => {
  const { body } = pipe(100);
  body.push(Buffer.from('all'));
  body.end();
  const tap = heard();
  body.tap(tap);
  expect([tap.text, tap.ended]).toEqual(['all', [[true, null]]]);
  expect(body.buffered).toEqual(Buffer.from('all'));
});

it.each(['fail', 'cancel'] as const)('tells a tap once that the body was cut: %s', (how) => {
  const { body } = pipe(100);
  const tap = heard();
  body.tap(tap);
  body.push(Buffer.from('part'));
  for (let i = 0; i < 2; i++) body[how](new Error('broken'));
  body.fail(new Error('broken'));
  body.push(Buffer.from('more'));
  expect([tap.text, tap.ended]).toEqual(['part', [[false, null]]]);
});

it('shows a tap no more than it wants', () => {
  const { body } = pipe(100);
  const tap = heard(3);
  for (const piece of ['ab', 'cd', 'ef']) body.push(Buffer.from(piece));
  body.tap(tap);
  body.push(Buffer.from('gh'));
  body.end();
  expect([tap.text, tap.ended]).toEqual(['abcdef', [[true, null]]]);
});

it('tells of a failure once, at once or later, and nothing of other ends', () => {
  const told: string[] = [];
  const tell = (error: Error) => void told.push(error.message);
  const failing = pipe(4).body;
  failing.whenFailed(tell);
  failing.fail(new Error('later'));
  const failed = pipe(4).body;
  failed.fail(new Error('before'));
  failed.whenFailed(tell);
  expect(told).toEqual(['later', 'before']);
  const [ended, cancelled] = [pipe(4).body, pipe(4).body];
  for (const body of [ended, cancelled]) body.whenFailed(tell);
  ended.end();
  cancelled.cancel();
  cancelled.fail(new Error('nobody wants the rest'));
  expect(told).toHaveLength(2);
});
