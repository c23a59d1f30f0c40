/** Loaded into a gateway on Node with `--import`: see `overwriteFreeBuffers`. */
import { overwriteFreeBuffers } from '../../dist/http1/client/read-buffer.js';

overwriteFreeBuffers();
