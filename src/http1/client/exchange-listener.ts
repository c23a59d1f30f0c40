import type { TransportError } from '../../http/transport.ts';
import type { BodyPipe } from '../body-pipe.ts';
import type { ResponseHead } from './parse-response-head.ts';

/** The connection that carries an exchange, or the part of one. */
export interface Carrier {
  /** True once the head of the response has arrived. */
  readonly responding: boolean;
  /** False once the connection is closed, or takes no further requests. */
  readonly isOpen: boolean;
  /** Ends the exchange, which fails with `reason`. */
  destroy(reason: TransportError): void;
}

/** Gets the result of one request. Exactly one of `onResponse` and `failed` is called, once. */
export interface ExchangeListener {
  /** When the exchange must be over, by `performance.now()`. */
  readonly until: number;
  /** Called for each 1xx response except 101. */
  interim(head: ResponseHead): void;
  /** Called when the head has arrived. `body` holds what arrived with it, and may fail later. */
  onResponse(head: ResponseHead, body: BodyPipe): void;
  /**
   * @param error `unsent` tells whether a byte of the request was written
   * @param stale true if a kept connection was closed before any byte of a response: most likely the server was already
   * closing it when the request was sent
   */
  failed(error: TransportError, stale: boolean): void;
}
