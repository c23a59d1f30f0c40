import { CONTROL_PLANE, proxyPath } from '../control-plane.ts';
import { directOf, provideDirect } from '../runtime/direct.ts';
import { receive } from '../runtime/received.ts';
import type { FetchApp } from '../runtime/server.ts';
import { lineRate } from '../telemetry/line-rate.ts';
import { loggedPath } from '../telemetry/log.ts';
import { log } from '../telemetry/logger/logtape.ts';

/** What can be changed. POST to other places of the admin API explains or checks, and changes nothing. */
const CHANGEABLE = /^\/apisix\/admin\/(?:routes|report)(?:\/|$)/;
const READS: readonly string[] = ['GET', 'HEAD'];

/** Statuses for requests without the right key, or from elsewhere where there is none. */
const TURNED_AWAY: readonly number[] = [401, 403];

/** The same gateway, but who changes something through its control plane, or is turned away there, is in the log. */
export function audited(gateway: FetchApp): FetchApp {
  const admit = lineRate(Date.now);

  function note(path: string, request: Request, env: unknown, status: number): void {
    const { peer } = receive(request, env);
    const facts = { peer, method: request.method, path: loggedPath(path), status };
    if (TURNED_AWAY.includes(status)) {
      const suppressed = admit(peer);
      if (suppressed !== null)
        log.warning('{peer} was turned away from {path}: {status}', { ...facts, suppressed });
    } else if (status < 300 && CHANGEABLE.test(path) && !READS.includes(request.method)) {
      log.info('{method} {path} by {peer}: {status}', facts);
    }
  }
  const watched: FetchApp = {
    waitUntil: gateway.waitUntil,
    async fetch(request, env, context) {
      const response = await gateway.fetch(request, env, context);
      const path = proxyPath(request);
      if (CONTROL_PLANE.test(path)) note(path, request, env, response.status);
      return response;
    },
  };
  // It leaves the paths of the control plane to `fetch`.
  provideDirect(watched.fetch, directOf(gateway.fetch)!);
  return watched;
}
