import type { HeaderList } from '../../../http/headers.ts';
import { TransportError } from '../../../http/transport.ts';
import { fieldsOf } from '../fields.ts';
import type { BodyPipe } from '../body-pipe.ts';
import type { Head } from './answer-head.ts';

/** Statuses that `Response` refuses to build with a body (Fetch standard, null body status). */
const NULL_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/**
 * A web `Response` of an answer: of bytes when all of them are here, else of a stream that reads
 * from the connection as the client reads from it.
 *
 * @throws TransportError when `Response` cannot carry the status
 */
export function webAnswer(head: Head, body: BodyPipe): Response {
  const { status, reason, lines, framing } = head;
  if (status > 599 || framing.kind === 'switched') {
    body.cancel();
    throw new TransportError('protocol', `a status that no Response can carry: ${status}`);
  }
  const init = { status, statusText: reason, headers: pairs(fieldsOf(lines)) };
  if (framing.kind === 'none' || NULL_BODY.has(status)) return new Response(null, init);
  return new Response(body.complete ? bytesOf(body) : streamOf(body), init);
}

function pairs(list: HeaderList): [string, string][] {
  const all: [string, string][] = [];
  for (let i = 0; i < list.length; i += 2) all.push([list[i]!, list[i + 1]!]);
  return all;
}

function bytesOf(body: BodyPipe): Uint8Array {
  const chunks = body.drain();
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

function streamOf(body: BodyPipe): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // A failed read errors the stream, which breaks the client's answer visibly.
        const chunk = await body.read();
        if (chunk === null) controller.close();
        else controller.enqueue(chunk);
      },
      cancel: () => body.cancel(),
    },
    { highWaterMark: 0 },
  );
}
