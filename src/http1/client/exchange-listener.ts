import type { TransportError } from '../../http/transport.ts';
import type { BodyPipe } from '../body-pipe.ts';
import type { ResponseHead } from './parse-response-head.ts';

/** Told what becomes of one request. Exactly one of the last two is called, once. */
export interface ExchangeListener {
  /** When the exchange must be over, on the clock of `performance.now()`. */
  readonly until: number;
  /** A 1xx answer came; the final one is still to come. */
  interim(head: ResponseHead): void;
  onResponse(head: ResponseHead, body: BodyPipe): void;
  /**
   * @param error says whether any byte of the request was written
   * @param stale the server closed a kept connection before it said anything to this request: most
   * likely it was closing it already
   */
  failed(error: TransportError, stale: boolean): void;
}
