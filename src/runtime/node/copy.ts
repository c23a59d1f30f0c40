import type { Dispatcher } from 'undici';
import type { Outbound } from '../../http/outbound.ts';
import { type Call, type SendCopy, TransportError } from '../../http/transport.ts';
import { ANSWER_DRAIN_LIMIT } from '../limits.ts';
import { transportError } from './failure.ts';
import { dispatchOptions } from './forward.ts';
import type { Pools } from './pools.ts';

/** Sends copies through pools of their own and drops the answers as they arrive. */
export function nodeSendCopy(pools: Pools): SendCopy {
  return (request) => new CopyCall(pools, request);
}

class CopyCall implements Call<number>, Dispatcher.DispatchHandler {
  readonly done: Promise<number>;
  #resolve!: (status: number) => void;
  #reject!: (error: TransportError) => void;
  #abort: ((reason?: Error) => void) | null = null;
  #aborted: TransportError | null = null;
  #status = 0;
  #drained = 0;

  constructor(pools: Pools, request: Outbound) {
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    try {
      pools.get(request.origin, request.timeouts.connect).dispatch(dispatchOptions(request), this);
    } catch (error) {
      this.#reject(transportError(error));
    }
  }

  abort(reason: TransportError): void {
    this.#aborted = reason;
    if (this.#abort === null) this.#reject(reason);
    else this.#abort(reason);
  }

  onConnect(abort: (reason?: Error) => void): void {
    if (this.#aborted === null) this.#abort = abort;
    else abort(this.#aborted);
  }

  onHeaders(status: number): boolean {
    this.#status = status;
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.#drained += chunk.byteLength;
    if (this.#drained > ANSWER_DRAIN_LIMIT) {
      // The mirror answered, and that is all we wanted to know. Reading on would cost more than a
      // new connection.
      this.#resolve(this.#status);
      this.#abort?.(new TransportError('reset', 'the answer is longer than we read'));
    }
    return true;
  }

  onComplete(): void {
    this.#resolve(this.#status);
  }

  onError(error: Error): void {
    // A mirror that sent its status has answered, whatever became of the body.
    if (this.#status !== 0) this.#resolve(this.#status);
    else this.#reject(this.#aborted ?? transportError(error));
  }
}
