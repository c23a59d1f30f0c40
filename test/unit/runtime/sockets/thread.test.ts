import { expect, it } from 'vitest';
import { startThread } from '../../../../src/runtime/sockets/thread.ts';

const MIB = 1024 * 1024;
const MESSAGES = 200;

it('lets a thread keep fewer arrays that it no longer needs than V8 would', async () => {
  const bytes: number[] = [];
  await new Promise<void>((resolve, reject) => {
    const thread = startThread(new URL('makes-arrays.mjs', import.meta.url), {
      onMessage(message) {
        bytes.push(message as number);
        if (bytes.length < MESSAGES) thread.post(null);
        else resolve();
      },
      onExit: (error) => reject(error ?? new Error('the thread ended')),
    });
    thread.post(null);
  });
  const mean = bytes.reduce((sum, one) => sum + one, 0) / MESSAGES;
  // Half of 8 MiB; half of 32 MiB without asking for a collection. Now and then memory is freed a little later.
  expect(mean - Math.min(...bytes)).toBeLessThan(9 * MIB);
});
