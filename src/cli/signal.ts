import process from 'node:process';

/**
 * npm and `bun run` pass a signal on that a terminal or an orchestrator sent to the whole group, so
 * one Ctrl-C may arrive twice. What comes this soon after the first is no second wish.
 */
const ECHO_MS = 500;

/** Resolves with the first SIGTERM or SIGINT; a second one ends the process at once. */
export function signalled(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | null = null;
    // One listener, not one more for the second signal: Deno calls what is added during a signal.
    function receive(): void {
      const now = performance.now();
      if (first === null) {
        first = now;
        resolve();
      } else if (now - first > ECHO_MS) process.exit(1);
    }
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, receive);
  });
}
