import { createGateway, type GatewayOptions } from '../gateway.ts';
import type { ServerRuntime } from '../runtime/server.ts';
import type { ServerSettings } from '../settings/server.ts';
import { fileStore } from '../stores/file/file-store.ts';
import { failedHandshakes } from '../telemetry/handshakes.ts';
import { certificateReader } from './certificates.ts';
import { addressesOf, finish, type Listeners, openListeners } from './listeners.ts';
import type { Served } from './served.ts';

/** A gateway in this process. */
export function servedHere(settings: ServerSettings, runtime: ServerRuntime): Served {
  const { adminKey, trustedProxies, mirrorMemory, redactKey, tls } = settings;
  const home = homeOf(settings);
  const handshakes = failedHandshakes();
  const gateway = createGateway({
    ...home,
    runtime: { ...runtime, ...(tls !== null && { metrics: [handshakes] }) },
    adminKey,
    trustedProxies,
    mirrorMemory,
    redactKey,
  });
  const certificates = tls === null ? null : certificateReader(tls.certificates);
  let listeners: Listeners;
  return {
    refresh: () => gateway.refresh(),
    watch: () => home.store?.watch?.(() => void gateway.refresh()) ?? (() => {}),
    async listen() {
      listeners = await openListeners(runtime, gateway, settings, {
        certificates,
        onHandshakeFailure: () => handshakes.add(),
      });
      return addressesOf(listeners);
    },
    async renewCertificates() {
      if (certificates !== null) listeners.main.renewCertificates(await certificates.read());
    },
    watchCertificates: (changed) => void certificates?.watch(changed),
    retire: () => gateway.retire(),
    finish: (deadlineMs) => finish(gateway, listeners, deadlineMs),
  };
}

function homeOf({ routes }: ServerSettings): Pick<GatewayOptions, 'routes' | 'store'> {
  if (!('path' in routes)) return { routes };
  return { store: fileStore(routes.path, { mustExist: routes.given }) };
}
