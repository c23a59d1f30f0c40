/** A thread of the process that runs a module. */
export interface Thread {
  /** Sends a message: plain data and bytes, which are copied. */
  post(message: unknown): void;
  /** Ends the thread; `onExit` is called. */
  stop(): void;
}

export interface ThreadEvents {
  onMessage(message: unknown): void;
  /**
   * Called once, when the thread has ended.
   *
   * @param error what ended it, or `null`
   * @param hadStarted false if its module could not even be loaded
   */
  onExit(error: Error | null, hadStarted: boolean): void;
}

/**
 * Starts a thread, on runtimes that have them. It keeps no process alive.
 *
 * @param module what the thread runs: a module that calls `serveThread`
 */
export type StartThread = (module: URL, events: ThreadEvents) => Thread;
