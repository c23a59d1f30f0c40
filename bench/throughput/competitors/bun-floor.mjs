/** The least that a mirroring proxy on Bun can do: `Bun.serve` in front, `fetch` twice behind. */
import { mirroringProxy } from './parts/fetch-twice.mjs';
import { hostname, port } from './parts/place.mjs';

// `decompress: false` forwards bodies unchanged.
// @ts-expect-error: types of Bun would clash with those of Node.
Bun.serve({ hostname, port, fetch: mirroringProxy({ decompress: false }) });
