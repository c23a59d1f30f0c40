import { ByteQueue } from '../http/bytes.ts';
import type { HeaderList } from '../http/fields.ts';
import type { MemoryBudget } from '../http/memory-budget.ts';
import type { ResponseTap } from '../http/transport.ts';
import type { NotCompared } from './comparison.ts';

/** A response with its whole body. */
export interface RecordedResponse {
  readonly status: number;
  /** name, value, name, value, ... */
  readonly headers: HeaderList;
  readonly trailers: HeaderList | null;
  /** As received, still encoded. */
  readonly body: Uint8Array;
}

/** Why there is no recording. A part of a response is never returned. */
export type NotRecorded = Extract<
  NotCompared,
  'body_too_large' | 'body_incomplete' | 'memory_limit'
>;

/** A response that is being recorded, or was. */
export interface ResponseRecording {
  /** Observes the response. */
  readonly tap: ResponseTap;
  /**
   * Resolves when the whole response has passed or the recording was given up. Never rejects. Stays open if the request
   * fails before a response: call `giveUp` then.
   */
  readonly done: Promise<RecordedResponse | NotRecorded>;
  /** When the head arrived, by `performance.now()`; `null` before. */
  readonly headAtMs: number | null;
  /** Returns the memory to the budget. To be called when the recorded response is no longer needed. */
  release(): void;
  /** Ends the recording with `body_incomplete`, unless it is over. */
  giveUp(): void;
}

/**
 * Records a response while it passes. Nobody waits for the recording, and it holds nothing once it is given up: at the
 * head, if that states a longer body, or as soon as the body exceeds the limit or the budget has no more.
 *
 * @param maxBodyBytes most bytes of the body, as received
 * @param budget pays for fields and body, until `release`
 * @example
 * const recording = recordResponse(262_144, budget);
 * const call = forward(request, client, recording.tap);
 * call.done.catch(recording.giveUp);
 * const recorded = await recording.done;
 * if (typeof recorded !== 'string') console.log(recorded.status, recorded.body.byteLength);
 * recording.release();
 */
export function recordResponse(maxBodyBytes: number, budget: MemoryBudget): ResponseRecording {
  let status = 0;
  let headers: HeaderList = [];
  let body: Pick<ByteQueue, 'size' | 'append' | 'join'> | null = new ByteQueue();
  /** Bytes of the body that memory is reserved for ahead. */
  let stated: number | null = null;
  let headAtMs: number | null = null;
  let held = 0;
  let resolve!: (recorded: RecordedResponse | NotRecorded) => void;
  const done = new Promise<RecordedResponse | NotRecorded>((settled) => (resolve = settled));

  function release(): void {
    budget.release(held);
    held = 0;
  }
  function lose(reason: NotRecorded): void {
    if (body === null) return;
    body = null;
    headers = [];
    release();
    resolve(reason);
  }
  /** Reserves memory; gives the recording up if there is not enough. */
  function reserve(bytes: number): boolean {
    if (!budget.reserve(bytes)) {
      lose('memory_limit');
      return false;
    }
    held += bytes;
    return true;
  }

  return {
    done,
    release,
    giveUp: () => lose('body_incomplete'),
    get headAtMs() {
      return headAtMs;
    },
    tap: {
      head(received, fields, length) {
        headAtMs = performance.now();
        if (length !== null && length > maxBodyBytes) return lose('body_too_large');
        // All at once: of several that get a part each, none would become whole.
        if (body === null || !reserve(sizeOf(fields) + (length ?? 0))) return;
        status = received;
        headers = fields;
        if (length === null) return;
        stated = length;
        body = new SizedBody(length);
      },
      get wanted() {
        return body !== null;
      },
      chunk(bytes) {
        if (body === null) return;
        const size = body.size + bytes.byteLength;
        if (size > maxBodyBytes) return lose('body_too_large');
        if (stated === null ? reserve(bytes.byteLength) : size <= stated) body.append(bytes, true);
      },
      end(isComplete, trailers) {
        if (!isComplete || (body !== null && stated !== null && body.size !== stated))
          return lose('body_incomplete');
        if (body === null || (trailers !== null && !reserve(sizeOf(trailers)))) return;
        const whole = body.join();
        body = null;
        resolve({ status, headers, trailers, body: whole });
      },
    },
  };
}

/** A body of a stated length: in one array, so that no byte is copied twice. */
class SizedBody {
  size = 0;
  readonly #bytes: Uint8Array;

  constructor(length: number) {
    this.#bytes = new Uint8Array(length);
  }

  append(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.size);
    this.size += bytes.byteLength;
  }

  join(): Uint8Array {
    return this.#bytes;
  }
}

/** Bytes of fields: strings of one byte for each character, as they are in a head. */
function sizeOf(fields: HeaderList): number {
  let size = 0;
  for (const text of fields) size += text.length;
  return size;
}
