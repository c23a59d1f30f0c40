import { describe, expect, it } from 'vitest';
import type { HeaderList } from '../../../src/http/fields.ts';
import { type BodySource, type Tap, Upload } from '../../../src/http/upload.ts';

/** Most bytes that are kept for a further attempt. */
const KEPT = 64 * 1024;

const GONE = 'the body is gone';

/** A body whose chunks come when a test says so. */
function coming(length: number | null = null) {
  const waiting: { resolve(bytes: Uint8Array | null): void; reject(error: Error): void }[] = [];
  const source = {
    cancelled: 0,
    reads: 0,
    trailers: null as HeaderList | null,
    read() {
      source.reads += 1;
      return new Promise<Uint8Array | null>((resolve, reject) => {
        waiting.push({ resolve, reject });
      });
    },
    cancel: () => void (source.cancelled += 1),
  };
  const upload = new Upload(source, length);
  const come = (bytes: Uint8Array | null) => waiting.shift()!.resolve(bytes);
  return {
    upload,
    source,
    come: (text: string) => come(new TextEncoder().encode(text)),
    end: () => come(null),
    fail: (error: Error) => waiting.shift()!.reject(error),
  };
}

/** Taps a body, and lists what it tells of. */
function tapped(upload: Upload): (string | boolean)[] {
  const told: (string | boolean)[] = [];
  const tap: Tap = {
    wanted: true,
    chunk: (bytes) => told.push(new TextDecoder().decode(bytes)),
    end: (whole) => told.push(whole),
  };
  upload.tap(tap);
  return told;
}

async function read(reader: BodySource): Promise<string | null> {
  const bytes = await reader.read();
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

describe('a body', () => {
  it('passes its tap on its way, and is read when somebody wants it', async () => {
    const { upload, source, come, end } = coming(5);
    const told = tapped(upload);
    const reader = upload.reader();
    expect(source.reads).toBe(0);
    for (const text of ['ab', 'cde']) {
      const chunk = read(reader);
      come(text);
      expect(await chunk).toBe(text);
    }
    expect(told).toEqual(['ab', 'cde']);
    const last = read(reader);
    end();
    expect(await last).toBeNull();
    expect(told).toEqual(['ab', 'cde', true]);
    // Its end stays its end.
    expect([await read(reader), source.reads]).toEqual([null, 3]);
    upload.cancel();
    expect(told).toEqual(['ab', 'cde', true]);
  });

  it('may be read without a tap', async () => {
    const { upload, come, end } = coming();
    const reader = upload.reader();
    const [chunk] = [read(reader), come('ab')];
    expect(await chunk).toBe('ab');
    const [last] = [read(reader), end()];
    expect(await last).toBeNull();
  });

  it.each([
    [null, true],
    [2, true],
    // RFC 9112 section 8: what ends before its length is incomplete.
    [3, false],
  ])('of length %s that ends after two bytes is whole: %s', async (length, whole) => {
    const { upload, come, end } = coming(length);
    const told = tapped(upload);
    const reader = upload.reader();
    const [chunk] = [read(reader), come('ab')];
    await chunk;
    const [last] = [read(reader), end()];
    await last;
    expect(told).toEqual(['ab', whole]);
    if (whole) expect(await read(reader)).toBeNull();
    else await expect(read(reader)).rejects.toThrow(GONE);
  });

  it('that breaks off is not whole, and nobody can get it again', async () => {
    const { upload, fail } = coming();
    const told = tapped(upload);
    const reader = upload.reader();
    const chunk = read(reader);
    fail(new Error('the client left'));
    await expect(chunk).rejects.toThrow('the client left');
    expect([told, upload.consumed]).toEqual([[false], true]);
    await expect(read(reader)).rejects.toThrow(GONE);
    await expect(read(upload.reader())).rejects.toThrow(GONE);
  });

  it('has the trailers that its source has by then', () => {
    const { upload, source } = coming();
    expect(upload.trailers).toBeNull();
    source.trailers = ['X-A', '1'];
    expect(upload.trailers).toEqual(['X-A', '1']);
    const silent = new Upload({ read: () => Promise.resolve(null), cancel() {} }, null);
    expect(silent.trailers).toBeNull();
  });
});

describe('a further attempt', () => {
  it('gets what one before it has read, and what that one was waiting for', async () => {
    const { upload, source, come, end } = coming();
    const told = tapped(upload);
    const first = upload.reader();
    const one = read(first);
    come('one');
    expect(await one).toBe('one');
    const waited = read(first);
    const second = upload.reader();
    expect(await read(second)).toBe('one');
    const two = read(second);
    come('two');
    expect([await two, await waited]).toEqual(['two', 'two']);
    const third = upload.reader();
    expect(await read(third)).toBe('onetwo');
    const last = read(third);
    end();
    expect(await last).toBeNull();
    expect([told, source.reads]).toEqual([['one', 'two', true], 3]);
  });

  it('gets what came while it had not read yet', async () => {
    const { upload, come } = coming();
    const first = upload.reader();
    const one = read(first);
    const second = upload.reader();
    come('one');
    await one;
    expect(await read(second)).toBe('one');
    const [two] = [read(second), come('two')];
    expect(await two).toBe('two');
  });

  it('takes the body from the one before it', async () => {
    const { upload, come, source } = coming();
    const first = upload.reader();
    const [one] = [read(first), come('one')];
    await one;
    upload.reader();
    await expect(read(first)).rejects.toThrow(GONE);
    first.cancel();
    upload.onResponse();
    expect(source.cancelled).toBe(0);
  });

  it.each([
    [KEPT, false],
    [KEPT + 1, true],
  ])('of a body of which %i bytes were read is too late: %s', async (bytes, late) => {
    const { upload, come } = coming();
    const first = upload.reader();
    const [chunk] = [read(first), come('x'.repeat(bytes))];
    await chunk;
    expect(upload.consumed).toBe(late);
    const second = upload.reader();
    if (late) await expect(read(second)).rejects.toThrow(GONE);
    else expect(await read(second)).toBe('x'.repeat(bytes));
  });

  it('that read as much as is kept goes on beyond that, and is the last', async () => {
    const { upload, come } = coming();
    const first = upload.reader();
    const [one] = [read(first), come('one')];
    await one;
    const second = upload.reader();
    await read(second);
    const [more] = [read(second), come('x'.repeat(KEPT))];
    expect((await more)?.length).toBe(KEPT);
    const [two] = [read(second), come('two')];
    expect([await two, upload.consumed]).toEqual(['two', true]);
    await expect(read(upload.reader())).rejects.toThrow(GONE);
  });

  it('is too late once more came than is kept, though it had begun', async () => {
    const { upload, come } = coming();
    const first = upload.reader();
    const [one] = [read(first), come('one')];
    await one;
    const more = read(first);
    const second = upload.reader();
    expect(await read(second)).toBe('one');
    come('x'.repeat(KEPT));
    await more;
    await expect(read(second)).rejects.toThrow(GONE);
  });
});

describe('an upstream that answers', () => {
  it('is the last that gets the body, and may read on', async () => {
    const { upload, source, come } = coming();
    const reader = upload.reader();
    const [one] = [read(reader), come('one')];
    await one;
    expect(upload.consumed).toBe(false);
    upload.onResponse();
    expect([upload.consumed, source.cancelled]).toEqual([true, 0]);
    const [two] = [read(reader), come('two')];
    expect(await two).toBe('two');
    await expect(read(upload.reader())).rejects.toThrow(GONE);
  });

  it('and wants no more ends the body, whichever comes first', async () => {
    for (const order of ['cancel first', 'answer first']) {
      const { upload, source } = coming();
      const told = tapped(upload);
      const reader = upload.reader();
      if (order === 'answer first') upload.onResponse();
      reader.cancel();
      if (order === 'cancel first') {
        // It may yet fail, and the next gets the body.
        expect([told, source.cancelled]).toEqual([[], 0]);
        upload.onResponse();
      }
      expect([told, source.cancelled]).toEqual([[false], 1]);
      await expect(read(reader)).rejects.toThrow(GONE);
    }
  });

  it('and has not begun to read leaves the body as it is', () => {
    const { upload, source } = coming();
    const told = tapped(upload);
    upload.onResponse();
    expect([upload.consumed, source.cancelled, told]).toEqual([true, 0, []]);
  });

  it('is not the one that wanted no more', () => {
    const { upload, source } = coming();
    upload.reader().cancel();
    upload.reader();
    upload.onResponse();
    expect(source.cancelled).toBe(0);
  });
});

it('ends when the last attempt failed, and is read by nobody', async () => {
  const { upload, source } = coming();
  const told = tapped(upload);
  const reader = upload.reader();
  upload.cancel();
  expect([told, source.cancelled, upload.consumed]).toEqual([[false], 1, true]);
  await expect(read(reader)).rejects.toThrow(GONE);
  expect(source.reads).toBe(0);
});
