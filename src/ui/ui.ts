import type { Endpoint } from '../http/endpoint.ts';
import type { UiSource } from './view.ts';

/** Paths of the page. */
export const UI: RegExp = /^\/apisix\/ui(?:\/|$)/;

/** Those of its parts that hold nothing of this gateway: a browser loads them before it can send a key. */
export const UI_SHELL: RegExp = /^\/apisix\/ui(?:\/(?:script\.js|style\.css))?$/;

/**
 * The page at `/apisix/ui`, for all paths that match {@link UI}. Its code is loaded with the first request for it, so that
 * no start waits for what nobody looks at.
 *
 * @example
 * const page = ui({ needsKey: false, inForce: () => null, runtime, live, telemetry, report, budget });
 * await page(new Request('http://127.0.0.1:9080/apisix/ui'));
 */
export function ui(source: UiSource): Endpoint {
  return async (request) => {
    const { places } = await import('./places.tsx');
    return places(request, source);
  };
}
