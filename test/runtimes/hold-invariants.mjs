/**
 * Loaded into a gateway on Node with `--import`. Overwrites free buffers (see `overwriteFreeBuffers`), and ends
 * the process when a connection of a client goes from one phase to another that may not follow.
 */
import { overwriteFreeBuffers } from '../../dist/http1/client/read-buffer.js';
import { PHASES, watchPhases } from '../../dist/http1/server/phases.js';

overwriteFreeBuffers();
watchPhases((from, to) => {
  if (PHASES[from].includes(to)) return;
  console.error(new Error(`a connection went from ${from} to ${to}`));
  process.exit(70);
});
