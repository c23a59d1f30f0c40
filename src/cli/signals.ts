import process from 'node:process';
import { isatty } from 'node:tty';

/**
 * A terminal sends Ctrl-C to the whole process group, and npm and `bun run` forward it, so one Ctrl-C may arrive
 * twice. A signal this soon after the first counts as the same one.
 */
const SAME_SIGNAL_MS = 500;

const STDOUT = 1;

/**
 * Resolves with the first signal that ends a server: SIGTERM, SIGINT, or the SIGHUP of a terminal that was closed. A
 * second one ends the process at once.
 *
 * @param others called at other signals, and at every other SIGHUP
 */
export function signalled(others: SignalListeners): Promise<NodeJS.Signals> {
  const onTerminal = isatty(STDOUT);
  return new Promise((resolve) => {
    let first: number | null = null;
    // One listener for all signals: Deno also calls listeners that are added while a signal is handled.
    function receive(signal: NodeJS.Signals): void {
      const isClosed = signal === 'SIGHUP' && onTerminal && !isatty(STDOUT);
      if (!isClosed && others[signal] !== undefined) return others[signal]();
      const now = performance.now();
      if (first === null) {
        first = now;
        resolve(signal);
      } else if (now - first > SAME_SIGNAL_MS) process.exit(1);
    }
    for (const signal of signalsOf(others)) process.on(signal, receive);
  });
}

/** What is done at signals that end nothing. */
export type SignalListeners = Partial<Readonly<Record<NodeJS.Signals, () => void>>>;

/** Windows has no SIGHUP: there it says that the console ends, and with it the process. */
function signalsOf(others: SignalListeners): readonly NodeJS.Signals[] {
  const ends: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];
  return process.platform === 'win32'
    ? ends
    : [...ends, ...(Object.keys(others) as NodeJS.Signals[])];
}
