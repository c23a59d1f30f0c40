import { freePort } from '../../test/support/ports.ts';
import type { Program } from '../../test/support/process.ts';
import type { Pinning } from '../machine/pin.ts';
import { openFolder, removeFolder } from '../origins/folder.ts';
import type { Origins } from '../origins/origins.ts';
import { MissingError } from '../report/series.ts';
import type { Subject } from './subject.ts';

/** A subject that responds. */
export interface Running {
  readonly url: string;
  readonly program: Program;
  /** Milliseconds from its start until the first 200. */
  readonly startUp: number;
  /** Kills it. */
  stop(): Promise<void>;
}

const START_MS = 30_000;
const PAUSE_MS = 2;

/**
 * @throws {MissingError} when it is not installed
 * @throws when it exits, or does not respond in time; then it is stopped
 */
export async function start(
  subject: Subject,
  { upstream, mirror, stalled }: Origins,
  pinned: Pinning,
): Promise<Running> {
  const missing = subject.missing();
  if (missing !== null) throw new MissingError(missing);
  const [folder, port] = await Promise.all([openFolder(), freePort()]);
  const began = performance.now();
  const program = await subject.launch({
    port,
    folder,
    upstream: upstream.url,
    mirror: mirror.url,
    stalled: stalled.url,
  });
  const running = {
    url: `http://127.0.0.1:${port}`,
    program,
    async stop() {
      program.signal('SIGKILL');
      await program.exited;
      await removeFolder(folder);
    },
  };
  try {
    pinned.gateway(program);
    await firstResponse(`${running.url}/plain/start`, program);
    const startUp = performance.now() - began;
    // Processes that it has started meanwhile may be on the other core.
    pinned.gateway(program);
    return { ...running, startUp };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

async function firstResponse(url: string, program: Program): Promise<void> {
  const deadline = performance.now() + START_MS;
  let ended = false;
  void program.exited.then(() => (ended = true));
  while (!ended && performance.now() < deadline) {
    if (await responds(url)) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  const what = ended ? 'it ended' : `no 200 within ${START_MS} ms`;
  throw new Error(`${what}: ${(program.stderr() || program.stdout()).trim().slice(-300)}`);
}

async function responds(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(START_MS) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
