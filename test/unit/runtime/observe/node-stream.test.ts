import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { isBeingRead, nodeStreamOf } from '../../../../src/runtime/observe/node-stream.ts';

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
