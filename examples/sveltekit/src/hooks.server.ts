// Mirrors every request of a SvelteKit app. The hook `handle` is called before all endpoints and pages.
import type { Handle } from '@sveltejs/kit';
import { mirrorFetch } from 'proxy-mirror';
import { env } from '$env/dynamic/private';

const mirrored = mirrorFetch(
  (request: Request, { event, resolve }: Parameters<Handle>[0]) => {
    // The same request, but for its body, which is recorded while the endpoint reads it.
    event.request = request;
    return resolve(event);
  },
  { host: env['MIRROR'] ?? 'http://127.0.0.1:9797' },
);

export const handle: Handle = (input) => mirrored(input.event.request, input);
