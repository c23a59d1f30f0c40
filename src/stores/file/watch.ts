import { clearInterval, setInterval } from 'node:timers';
import type { Stamp } from './stamp.ts';

const POLL_INTERVAL_MS = 200;
/** If a changed file cannot be read (a failing disk, for example), `changed` is called again every 5 s. */
const POLLS_PER_REPEAT = 25;

/** The watched files and what their reader knows of them. */
export interface Watched {
  /** Stamp of their present state. Must not reject. */
  readonly stamp: () => Promise<Stamp>;
  /** Stamp of the state that was last read or written. */
  readonly seen: () => Stamp | null;
  /** Whether they changed although their stamp is still `seen()`. Default: they never do. */
  readonly differs?: () => Promise<boolean>;
}

/**
 * Polls files. Change events would miss changes on network mounts and the symlink switch of a mounted ConfigMap.
 * `changed` is called when two successive polls saw the same new state, 0.2 to 0.6 s after the change, so that a
 * file is usually not read while it is being written, nor the first of two that belong together before the second is.
 *
 * @returns a function that stops watching
 */
export function watchFiles(
  { stamp, seen, differs = async () => false }: Watched,
  changed: () => void,
): () => void {
  let candidate: Stamp | null = null;
  let polls = 0;
  let busy = false;
  let stopped = false;

  const poll = async (): Promise<void> => {
    const now = await stamp();
    if (stopped) return;
    if (now === seen()) {
      candidate = null;
      if (await differs()) changed();
      return;
    }
    polls = now === candidate ? polls + 1 : 0;
    candidate = now;
    if (polls % POLLS_PER_REPEAT === 1) changed();
  };

  const timer = setInterval(() => {
    // On a slow network mount polls must not overlap.
    if (busy) return;
    busy = true;
    void poll()
      .catch(() => undefined)
      .finally(() => {
        busy = false;
      });
  }, POLL_INTERVAL_MS);
  // Watching must not keep the process alive.
  timer.unref();

  return () => {
    stopped = true;
    clearInterval(timer);
  };
}
