import { clearInterval, setInterval } from 'node:timers';
import { stampAt } from './stamp.ts';
import type { Stamp } from './stamp.ts';

const intervalMs = 200;
/** While a change stays unread (a failing disk, say), it is announced again every 5 s. */
const repeatPolls = 25;

/** The watched file, as its store last knew it. */
export interface Watched {
  readonly path: string;
  /** Stamp of the state last read or written by the store itself. */
  readonly seen: () => Stamp | null;
  /** Whether a file whose stamp is still `seen()` changed all the same. */
  readonly differs: () => Promise<boolean>;
}

/**
 * Polls a file, because change events neither cross network mounts nor follow the symlink swap of
 * a mounted ConfigMap. `changed` is called when a new state has stood for two polls, so that a file
 * that is still being written is usually left alone: within 0.2 to 0.6 s.
 *
 * @returns the way to stop
 */
export function watchFile({ path, seen, differs }: Watched, changed: () => void): () => void {
  let candidate: Stamp | null = null;
  let polls = 0;
  let busy = false;
  let stopped = false;

  const poll = async (): Promise<void> => {
    const now = await stampAt(path);
    if (stopped) return;
    if (now === seen()) {
      candidate = null;
      if (await differs()) changed();
      return;
    }
    polls = now === candidate ? polls + 1 : 0;
    candidate = now;
    if (polls % repeatPolls === 1) changed();
  };

  const timer = setInterval(() => {
    // A slow network mount: polls must not pile up.
    if (busy) return;
    busy = true;
    void poll()
      .catch(() => undefined)
      .finally(() => {
        busy = false;
      });
  }, intervalMs);
  // Watching alone is no reason to keep the process alive.
  timer.unref();

  return () => {
    stopped = true;
    clearInterval(timer);
  };
}
