import { describe, expect, it } from 'vitest';
import { Upload } from '../../../../src/http/upload.ts';
import { uploadBytes, uploadStream, webBody, webBytes } from '../../../../src/http/web-body.ts';

/** A body that gives a chunk whenever told to. */
function source() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    cancel: () => void (cancelled = true),
  });
  return {
    stream,
    give: (text: string) => controller.enqueue(new TextEncoder().encode(text)),
    end: () => controller.close(),
    breakOff: () => controller.error(new Error('left')),
    cancelled: () => cancelled,
  };
}

function listen(upload: Upload) {
  let text = '';
  const ends: boolean[] = [];
  upload.tap({
    wanted: true,
    chunk: (bytes) => void (text += new TextDecoder().decode(bytes)),
    end: (whole) => void ends.push(whole),
  });
  return { text: () => text, ends };
}

const textOf = (stream: ReadableStream<Uint8Array>) => new Response(stream).text();

describe('a body that is sent again', () => {
  it('as bytes is the same, and heard once', async () => {
    const from = source();
    const upload = new Upload(webBody({ body: from.stream }), 4);
    const heard = listen(upload);
    from.give('body');
    from.end();
    expect(await uploadBytes(upload)).toEqual(await uploadBytes(upload));
    expect([upload.consumed, heard.text(), heard.ends]).toEqual([false, 'body', [true]]);
  });

  it('as a stream begins with what was read', async () => {
    const from = source();
    const upload = new Upload(webBody({ body: from.stream }), null);
    const heard = listen(upload);
    from.give('one');
    const first = uploadStream(upload).getReader();
    await first.read();
    await first.cancel();
    from.give('two');
    from.end();
    expect([upload.consumed, from.cancelled()]).toEqual([false, false]);
    expect(await textOf(uploadStream(upload))).toBe('onetwo');
    expect([heard.text(), heard.ends]).toEqual(['onetwo', [true]]);
  });

  it('loses no chunk that the first attempt was waiting for', async () => {
    const from = source();
    const upload = new Upload(webBody({ body: from.stream }), null);
    const first = uploadStream(upload).getReader();
    const waiting = first.read();
    await first.cancel();
    const second = textOf(uploadStream(upload));
    from.give('one');
    from.end();
    await waiting;
    expect(await second).toBe('one');
  });

  it('that came byte by byte is sent again in one piece', async () => {
    const from = source();
    const upload = new Upload(webBody({ body: from.stream }), null);
    const first = upload.reader();
    for (let i = 0; i < 1000; i++) {
      from.give('x');
      await first.read();
    }
    first.cancel();
    const second = upload.reader();
    expect((await second.read())!.byteLength).toBe(1000);
    from.give('y');
    expect((await second.read())!.byteLength).toBe(1);
    await expect(first.read()).rejects.toThrow('gone');
  });

  it('is consumed once it is too much to keep, or answered', async () => {
    const from = source();
    const upload = new Upload(webBody({ body: from.stream }), null);
    const reader = uploadStream(upload).getReader();
    from.give('x'.repeat(64 * 1024));
    await reader.read();
    expect(upload.consumed).toBe(false);
    from.give('x');
    await reader.read();
    expect(upload.consumed).toBe(true);

    const answered = new Upload(webBody({ body: source().stream }), null);
    answered.onResponse();
    expect(answered.consumed).toBe(true);
  });
});

describe('a body read into room of our own', () => {
  /** One whose reads bring so many bytes each, and the memory that it was given for them. */
  function brought(sizes: readonly number[]) {
    const rooms = new Set<ArrayBufferLike>();
    const left = [...sizes];
    const read = (room: Uint8Array) => {
      rooms.add(room.buffer);
      const size = left.shift();
      const value = size === undefined ? undefined : room.subarray(0, size).fill(left.length);
      return Promise.resolve({ done: value === undefined, value });
    };
    const body = { getReader: () => ({ read }) } as unknown as ReadableStream<Uint8Array>;
    return { rooms, from: webBytes({ body }, null, 64) };
  }

  it('that comes byte by byte has it made once', async () => {
    const { rooms, from } = brought([1, 1, 1, 1]);
    const chunks: Uint8Array[] = [];
    for (let chunk = await from.read(); chunk !== null; chunk = await from.read())
      chunks.push(chunk);
    expect(chunks.map(([byte]) => byte)).toEqual([3, 2, 1, 0]);
    expect(chunks.map(({ buffer }) => buffer.byteLength)).toEqual([1, 1, 1, 1]);
    expect(rooms.size).toBe(1);
  });

  it('that fills it has other room each time', async () => {
    const { rooms, from } = brought([64, 40, 1, 64]);
    const chunks: Uint8Array[] = [];
    for (let chunk = await from.read(); chunk !== null; chunk = await from.read())
      chunks.push(chunk);
    expect(chunks.map(({ byteLength, 0: byte }) => [byteLength, byte])).toEqual([
      [64, 3],
      [40, 2],
      [1, 1],
      [64, 0],
    ]);
    expect(rooms.size).toBe(4);
  });
});

describe('a body that is not read to its end', () => {
  it('is cancelled when the upstream has answered and wants no more', async () => {
    const from = source();
    const upload = new Upload(webBody({ body: from.stream }), null);
    const heard = listen(upload);
    from.give('one');
    const reader = uploadStream(upload).getReader();
    await reader.read();
    await reader.cancel();
    upload.onResponse();
    expect([from.cancelled(), heard.ends]).toEqual([true, [false]]);
  });

  it('is cancelled when no node took it', () => {
    const from = source();
    const upload = new Upload(webBody({ body: from.stream }), null);
    const heard = listen(upload);
    upload.cancel();
    expect([from.cancelled(), heard.ends, upload.consumed]).toEqual([true, [false], true]);
  });

  it('is never whole when the client leaves', async () => {
    const from = source();
    const upload = new Upload(webBody({ body: from.stream }), null);
    const heard = listen(upload);
    from.breakOff();
    await expect(textOf(uploadStream(upload))).rejects.toThrow('left');
    expect([heard.ends, upload.consumed]).toEqual([[false], true]);
  });
});
