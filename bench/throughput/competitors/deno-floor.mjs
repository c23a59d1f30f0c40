/** The least that a mirroring proxy on Deno can do: `Deno.serve` in front, `fetch` twice behind. */
import { mirroringProxy } from './parts/fetch-twice.mjs';
import { hostname, port } from './parts/place.mjs';

// @ts-expect-error: types of Deno would clash with those of Node.
Deno.serve({ hostname, port, onListen() {} }, mirroringProxy({}));
