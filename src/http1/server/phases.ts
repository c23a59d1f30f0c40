/** What a client's connection waits for. One request is in flight at a time. */
export type ServerPhase =
  /** The first byte of a request. */
  | 'idle'
  /** The rest of a head. */
  | 'head'
  /** The response, to its last byte written. The body of the request may arrive meanwhile. */
  | 'exchange'
  /** The rest of a body that nobody reads. The response is written. */
  | 'discard'
  /** The client, to take what was written. No request is read before. */
  | 'flush'
  /** A turn of the event loop for the next request, which has arrived already. */
  | 'turn'
  /** The client, to close its half. Ours is closed; what still arrives is dropped. */
  | 'linger'
  /** Nothing: the socket is closed, or belongs to a tunnel. */
  | 'over';

/** The phases that may follow each phase. The unit tests take every one of these steps and see no others. */
export const SERVER_PHASES: Readonly<Record<ServerPhase, readonly ServerPhase[]>> = {
  idle: ['head', 'exchange', 'linger', 'over'],
  head: ['exchange', 'linger', 'over'],
  exchange: ['idle', 'discard', 'flush', 'turn', 'linger', 'over'],
  discard: ['idle', 'flush', 'turn', 'linger', 'over'],
  flush: ['idle', 'turn', 'linger', 'over'],
  turn: ['idle', 'over'],
  linger: ['over'],
  over: [],
};
