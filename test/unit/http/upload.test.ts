import { expect, it } from 'vitest';
import { Upload } from '../../../src/http/upload.ts';

/** A body whose chunks come when a test says so. */
function coming() {
  const waiting: ((chunk: Uint8Array | null) => void)[] = [];
  let cancelled = 0;
  const upload = new Upload(
    {
      read: () => new Promise((resolve) => waiting.push(resolve)),
      cancel: () => void (cancelled += 1),
    },
    null,
  );
  return {
    upload,
    come: (bytes: number) => waiting.shift()!(new Uint8Array(bytes)),
    end: () => waiting.shift()!(null),
    cancelled: () => cancelled,
  };
}

const LONG = 70_000;

it('gives an attempt what one before it has read, and what that one was waiting for', async () => {
  const { upload, come, end } = coming();
  const first = upload.reader();
  const [one] = [first.read(), come(10)];
  expect((await one)?.byteLength).toBe(10);
  const waited = first.read();
  const second = upload.reader();
  expect((await second.read())?.byteLength).toBe(10);
  const next = second.read();
  // Too much to be kept: from here on there is no third attempt.
  come(LONG);
  expect((await next)?.byteLength).toBe(LONG);
  await waited;
  expect(upload.consumed).toBe(true);
  // The first notices only now that it is over.
  first.cancel();
  const last = second.read();
  end();
  expect(await last).toBe(null);
});

it('never ends as if it were whole once nobody wanted the rest', async () => {
  const { upload, come, cancelled } = coming();
  const whole: boolean[] = [];
  upload.tap({ wanted: true, chunk() {}, end: (is) => void whole.push(is) });
  const reader = upload.reader();
  const [read] = [reader.read(), come(LONG)];
  await read;
  reader.cancel();
  reader.cancel();
  expect(cancelled()).toBeGreaterThan(0);
  await expect(reader.read()).rejects.toThrow('the body is gone');
  expect(whole).toEqual([false]);
});
