import { randomUUID } from 'node:crypto';
import { checkDocument } from '../../config/document.ts';
import { UNIX_PEER } from '../../http/cidr.ts';
import { removeLeftBehind } from '../../http1/server/port.ts';
import type { ServerRuntime } from '../../runtime/server.ts';
import type { ServerSettings } from '../../settings/server.ts';
import { SettingError } from '../../settings/values.ts';
import { fileStore } from '../../stores/file/file-store.ts';
import { memoryStore } from '../../stores/memory.ts';
import type { Store } from '../../stores/store.ts';
import { certificateReader } from '../certificates.ts';
import type { Served } from '../served.ts';
import type { SupervisorCalls } from './calls.ts';
import { clusterControl } from './control.ts';
import { Fleet } from './fleet.ts';
import type { Member } from './member.ts';
import { Pools } from './pools.ts';
import { relayedResponse, requestOf } from './relay.ts';

/**
 * A gateway in several processes. The workers have the listeners, and proxy. This process, their supervisor, accepts no
 * connection: it has the routes and all else of the control plane, to which the workers pass on the requests that they get,
 * so that there is one order of writes, one report and one sum of each counter.
 */
export function servedByWorkers(
  settings: ServerSettings,
  runtime: ServerRuntime,
  size: number,
): Served {
  const { host, routes, tls } = settings;
  const socket = host.startsWith(UNIX_PEER) ? host.slice(UNIX_PEER.length) : null;
  // Redacted values have the same hashes in all workers.
  const shared: ServerSettings = { ...settings, redactKey: settings.redactKey ?? randomUUID() };
  const store = storeOf(routes);
  const instance = randomUUID();
  let isRetired = false;

  const pools = new Pools(size);
  const fleet = new Fleet({
    size,
    fork: runtime.fork?.(socket === null ? [] : [socket]),
    calls,
    start: () => ({
      settings: shared,
      document: control.live.document()!,
      instance,
      workers: size,
      taken: pools.keys,
    }),
    onEnded(member) {
      control.gone(member);
      pools.delete(member);
    },
  });
  const control = clusterControl({
    settings,
    runtime,
    store,
    instance,
    announce: (document) => fleet.announce(document),
    collect: () => fleet.collect((member, counts) => control.add(member, counts)),
    notReady() {
      if (isRetired) return 'this server is about to stop';
      return fleet.isComplete ? null : 'not all workers are ready';
    },
  });

  function calls(member: Member): SupervisorCalls {
    pools.add(member);
    return {
      hello() {},
      want: (want) => pools.want(member, want),
      log: ({ to, text }) => runtime.write(to, text),
      async control(request) {
        const { channel } = member;
        return relayedResponse(await control.respond(requestOf(request, channel), request.isLocal));
      },
      counted: (counts) => control.add(member, counts),
    };
  }

  const certificates = tls === null ? null : certificateReader(tls.certificates);
  return {
    refresh: () => control.live.refresh(),
    watch: () => store.watch?.(() => void control.live.refresh()) ?? (() => {}),
    async listen() {
      await certificates?.read();
      // On Node a worker cannot: `node:cluster` has tried the path before.
      if (socket !== null) await removeLeftBehind(socket);
      try {
        return await fleet.start();
      } catch (error) {
        fleet.kill();
        throw error;
      }
    },
    async renewCertificates() {
      await certificates?.read();
      await fleet.renewCertificates();
    },
    watchCertificates: (changed) => void certificates?.watch(changed),
    retire: () => void (isRetired = true),
    finish: (deadlineMs) => fleet.stop(deadlineMs),
    replace: () => fleet.replace(),
  };
}

function storeOf(routes: ServerSettings['routes']): Store {
  if ('path' in routes) return fileStore(routes.path, { mustExist: routes.given });
  const checked = checkDocument({ routes });
  if (!checked.ok) throw new SettingError(checked.faults[0]!.message);
  return memoryStore(checked.value);
}
