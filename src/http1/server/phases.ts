/** What the connection of a client waits for. */
export type ServerPhase =
  /** The first byte of a request. */
  | 'idle'
  /** The rest of a head. */
  | 'head'
  /** The response to the request, and its last byte to be written. */
  | 'exchange'
  /** The rest of a body that nobody wants: the response has been written. */
  | 'discard'
  /** The client to take what was written. */
  | 'flush'
  /** A turn of the event loop, for the next request, which is here already. */
  | 'turn'
  /** The client to close: we have, and what it still sends is dropped. */
  | 'linger'
  /** Nothing: the socket is closed, or a tunnel has it. */
  | 'over';

/** The phases that may follow each. Tests walk all of these, and find no others. */
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
