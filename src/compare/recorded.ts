import { ByteQueue } from '../http/bytes.ts';
import type { HeaderList } from '../http/fields.ts';
import type { MemoryBudget } from '../http/memory-budget.ts';
import { BudgetedRecording, type NotRecorded } from '../http/recording.ts';
import type { ResponseTap } from '../http/transport.ts';

/** A response with its whole body. */
export interface RecordedResponse {
  readonly status: number;
  /** name, value, name, value, ... */
  readonly headers: HeaderList;
  readonly trailers: HeaderList | null;
  /** As received, still encoded. */
  readonly body: Uint8Array;
}

/**
 * Records a response while it passes; to be given as its tap. Nobody waits for the recording, and it holds nothing once
 * it is given up: at the head, if that states a longer body, or as soon as the body exceeds the limit or the budget has
 * no more.
 *
 * @example
 * const recording = new ResponseRecording(262_144, budget);
 * const call = forward(request, client, recording);
 * call.done.catch(() => recording.giveUp());
 * const recorded = await recording.done;
 * if (typeof recorded !== 'string') console.log(recorded.status, recorded.body.byteLength);
 * recording.release();
 */
export class ResponseRecording extends BudgetedRecording<RecordedResponse> implements ResponseTap {
  /** When the head arrived, by `performance.now()`; `null` before. */
  headAtMs: number | null = null;
  /** The status, also of a response that is not recorded; `null` before the head. */
  status: number | null = null;
  readonly #maxBodyBytes: number;
  #headers: HeaderList = [];
  #body: RecordedBody | null = null;
  /** Bytes of the body that memory is reserved for ahead. */
  #stated: number | null = null;

  /**
   * @param maxBodyBytes most bytes of the body, as received
   * @param budget pays for fields and body, until `release`
   */
  constructor(maxBodyBytes: number, budget: MemoryBudget) {
    super(budget);
    this.#maxBodyBytes = maxBodyBytes;
  }

  head(status: number, headers: HeaderList, length: number | null): void {
    this.headAtMs = performance.now();
    this.status = status;
    if (length !== null && length > this.#maxBodyBytes) return this.lose('body_too_large');
    if (!this.wanted) return;
    // All at once: of several that get a part each, none would become whole.
    if (!this.reserve(sizeOf(headers) + (length ?? 0))) return this.lose('memory_limit');
    this.#headers = headers;
    this.#stated = length;
    this.#body = length === null ? new ByteQueue() : new SizedBody(length);
  }

  chunk(bytes: Uint8Array): void {
    const body = this.#body;
    if (body === null) return;
    const size = body.size + bytes.byteLength;
    if (size > this.#maxBodyBytes) return this.lose('body_too_large');
    const stated = this.#stated;
    if (stated === null && !this.reserve(bytes.byteLength)) return this.lose('memory_limit');
    if (stated === null || size <= stated) body.append(bytes, true);
  }

  end(isComplete: boolean, trailers: HeaderList | null): void {
    const body = this.#body;
    const isShort = body !== null && this.#stated !== null && body.size !== this.#stated;
    if (!isComplete || isShort) return this.giveUp();
    if (body === null) return;
    if (trailers !== null && !this.reserve(sizeOf(trailers))) return this.lose('memory_limit');
    this.settle({ status: this.status!, headers: this.#headers, trailers, body: body.join() });
  }

  /** Nobody needs the response, whether it was recorded or not. */
  discard(): void {
    this.giveUp();
    this.release();
  }

  protected override settle(result: RecordedResponse | NotRecorded): void {
    this.#headers = [];
    this.#body = null;
    super.settle(result);
  }
}

type RecordedBody = Pick<ByteQueue, 'size' | 'append' | 'join'>;

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
