import { mirrorOf, upstream } from './place.mjs';

/**
 * Forwards with the global `fetch`, and copies with a second call.
 * @param {object} more options for each `fetch`
 * @returns {(request: Request) => Promise<Response>}
 */
export function mirroringProxy(more) {
  return async (request) => {
    const { method, url } = request;
    const path = url.slice(url.indexOf('/', 'http://'.length));
    const body = request.body === null ? null : await request.arrayBuffer();
    const headers = new Headers(request.headers);
    headers.delete('connection');
    /** @type {RequestInit} */
    const init = { ...more, method, headers, body, redirect: 'manual' };
    const response = fetch(upstream + path, init);
    const mirror = mirrorOf(path);
    if (mirror !== null)
      fetch(mirror + path, init).then(
        (copy) => copy.arrayBuffer(),
        () => {},
      );
    return response;
  };
}
