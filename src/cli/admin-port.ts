import { CONTROL_PLANE, proxyPath } from '../control-plane.ts';
import { gatewayError } from '../http/gateway-error.ts';
import { directOf, provideDirect } from '../runtime/direct.ts';
import type { FetchApp } from '../runtime/server.ts';

/**
 * Most connections to the port of the control plane: operators, a scraper and a few pages. So that they never take
 * descriptors that clients need.
 */
export const MAX_ADMIN_CONNECTIONS = 100;

/** A gateway whose control plane has a port of its own. */
export interface Parted {
  /** Everything but the control plane, whose paths are 404 here. */
  readonly proxy: FetchApp;
  /** The control plane, and 404 for everything else. */
  readonly control: FetchApp;
}

/** Parts a gateway in two apps, one for each port. What may be done there is decided in one place, and here only where. */
export function parted(gateway: FetchApp): Parted {
  const only = (isControl: boolean): FetchApp => ({
    waitUntil: gateway.waitUntil,
    fetch: (request, env, context) =>
      CONTROL_PLANE.test(proxyPath(request)) === isControl
        ? gateway.fetch(request, env, context)
        : gatewayError(404),
  });
  const proxy = only(false);
  // It leaves the paths of the control plane to `fetch`.
  provideDirect(proxy.fetch, directOf(gateway.fetch)!);
  return { proxy, control: only(true) };
}
