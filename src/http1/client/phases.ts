/**
 * What a connection to a server waits for. One exchange is in flight at a time.
 *
 * After the last byte of a response, `ClientConnection` decides (`end`, `#finish`). It becomes `idle` if the kernel has
 * taken all of the request and no write has failed, if the server keeps the connection, and if the response is no
 * refusal of a long body; else it is closed. The pool (`OriginPool`) keeps an idle connection for the next request to
 * the same address; it closes it when it expires, has carried as many requests as it may, or makes room for others.
 * Before the next request is written, the connection waits in `check` until everything that had arrived was read: a
 * close or unasked bytes end it, and the request goes to a new connection.
 */
export type ClientPhase =
  /** TCP and TLS to connect. The first request waits, too. */
  | 'opening'
  /** The next request. */
  | 'idle'
  /** The fence (`fence.ts`). The next request waits, too. */
  | 'check'
  /** The response, to its last byte. The request may still be sent meanwhile. */
  | 'exchange'
  /** A tunnel, to take the socket over: the server has switched protocols. */
  | 'upgraded'
  /** Nothing: the socket is closed. */
  | 'over';

/** The phases that may follow each phase. The unit tests take every one of these steps and see no others. */
export const CLIENT_PHASES: Readonly<Record<ClientPhase, readonly ClientPhase[]>> = {
  opening: ['exchange', 'over'],
  idle: ['check', 'over'],
  check: ['exchange', 'over'],
  exchange: ['idle', 'upgraded', 'over'],
  upgraded: ['over'],
  over: [],
};
