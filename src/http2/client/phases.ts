/** What a connection to a server over HTTP/2 does with requests. */
export type SessionPhase =
  /** They wait for TCP, TLS and the server's settings. */
  | 'opening'
  /** They are sent. */
  | 'ready'
  /** They wait for a sign of life, since the connection was silent. */
  | 'doubtful'
  /** None are taken; those in flight go on. */
  | 'leaving'
  /** The connection is closed. */
  | 'over';

/** The phases that may follow each phase. */
export const SESSION_PHASES: Readonly<Record<SessionPhase, readonly SessionPhase[]>> = {
  opening: ['ready', 'leaving', 'over'],
  ready: ['doubtful', 'leaving', 'over'],
  doubtful: ['ready', 'leaving', 'over'],
  leaving: ['over'],
  over: [],
};
