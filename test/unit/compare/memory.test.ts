import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { Batch, BatchReply } from '../../../src/compare/pool/thread-pool.ts';
import { startThread } from '../../../src/runtime/sockets/thread.ts';
import { response, rules } from './responses.ts';

const UNPACKED = 1024 * 1024;

/** An array of 1 MiB, of the same elements. */
function list(element: string, bytes = UNPACKED): string {
  const length = Math.floor((bytes - 2) / (element.length + 1));
  return `[${Array.from({ length }, () => element).join()}]`;
}

/** 1 MiB of far fewer bytes, of values that take far more memory than their text. */
const COSTLY: Readonly<Record<string, (value: string) => string>> = {
  arrays: (value) => list(`[${value}]`),
  'arrays of another length': (value) => list(`[${value}]`, UNPACKED / Number(value)),
  'nested arrays': (value) => list(`${'['.repeat(60)}${value}${']'.repeat(60)}`),
  objects: (value) => list(`{"":${value}}`),
  numbers: (value) => list(`${value}.00e3`),
  names: (value) => {
    const member = (_: unknown, i: number) => `"${value}${i.toString(36)}":0`;
    return `{${Array.from({ length: 100_000 }, member).join()}}`;
  },
};

it.each(Object.entries(COSTLY))(
  'compares 1 MiB of %s within the memory of the thread',
  async (_, of) => {
    const [primary, mirror] = ['1', '2'].map((value) =>
      response(gzipSync(of(value)), { headers: ['content-encoding', 'gzip'] }),
    );
    const pair = { rules: 0, primary: primary!, mirror: mirror! };
    const batch: Batch = {
      key: new Uint8Array([1]),
      forget: false,
      rules: [[0, rules()]],
      pairs: [pair, pair, pair],
    };
    // Not a source, as Node 20 cannot run it.
    const module = new URL('../../../dist/compare/pool/thread.js', import.meta.url);
    const reply = await new Promise<BatchReply>((resolve, reject) => {
      const onExit = (error: Error | null) => reject(error ?? new Error('the thread ended'));
      const onMessage = (message: unknown) => resolve(message as BatchReply);
      const thread = startThread(module, { onMessage, onExit });
      thread.post(batch);
    });
    expect(reply.error).toBe(null);
    expect(reply.results).toHaveLength(3);
  },
  // The thread has the lowest priority: on a machine that other tests keep busy it gets a hundredth.
  300_000,
);
