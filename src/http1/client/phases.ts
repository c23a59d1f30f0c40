/** What a connection to a server waits for. */
export type ClientPhase =
  /** To be connected, with TLS included where there is TLS. Its first request waits, too. */
  | 'opening'
  /** The next request. */
  | 'idle'
  /** The next request is here, and whether the server has closed meanwhile, or sent bytes unasked, is looked at. */
  | 'check'
  /** The response to the request that is being sent, and its last byte. */
  | 'exchange'
  /** Whoever takes the connection over: the server has switched to another protocol. */
  | 'upgraded'
  /** Nothing: the socket is closed. */
  | 'over';

/** The phases that may follow each. Tests go through all of these, and see no others. */
export const CLIENT_PHASES: Readonly<Record<ClientPhase, readonly ClientPhase[]>> = {
  opening: ['exchange', 'over'],
  idle: ['check', 'over'],
  check: ['exchange', 'over'],
  exchange: ['idle', 'upgraded', 'over'],
  upgraded: ['over'],
  over: [],
};
