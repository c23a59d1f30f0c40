import type { ConnectionOptions } from 'node:tls';
import type { TlsConfig } from '../../http/destination.ts';
import type { Outbound } from '../../http/messages.ts';
import type { Turns } from '../turns.ts';
import type { Carrier, ExchangeListener } from './exchange-listener.ts';
import { LoopShare } from './loop-share.ts';
import { createLookup } from './names/lookup.ts';
import { Names } from './names/names.ts';
import { type BeginTls, parseOrigin } from './dial.ts';
import { OriginPool } from './origin-pool.ts';
import { type OriginUse, Origins } from './origins.ts';
import { createFence, type Fence } from '../fence.ts';

/** Connections to servers, kept for reuse. */
export interface Pool {
  /** Sends a request on an idle connection, or on a new one if `fresh` or none is idle. */
  start(request: Outbound, listener: ExchangeListener, fresh: boolean): Carrier;
  /** Closes every connection, those in use included. */
  destroy(): void;
}

export interface PoolOptions {
  /**
   * Whether plain TCP connections read into a `ReadBuffer`. Saves Node a new buffer of 64 KiB for each read; a runtime
   * that copies what it read to new memory anyway would copy twice. Default: false.
   */
  readonly ownBuffers?: boolean;
  /**
   * Whether buffers that are written together reach the system in one call. If not, each chunk and its framing are
   * copied into one buffer: that costs less than several calls, and a response that the server sent before it closed
   * can be lost if two writes fail. Default: true.
   */
  readonly gathers?: boolean;
  /**
   * Most connections to all servers together. Beyond it, an idle one is closed for each new one; connections in use
   * are not limited here. Default: no limit.
   */
  readonly most?: number;
  /** Makes the options of a new TLS connection of what is configured. Default: none. */
  readonly secureOptions?: (tls: TlsConfig) => ConnectionOptions;
  /** Begins TLS on runtimes that need another way. Default: `connect` of `node:tls`. */
  readonly beginTls?: BeginTls | undefined;
  /** The error, if no descriptors are left, on runtimes that report that as a refused connection. Default: `null`. */
  readonly shortage?: () => unknown;
  /** Resolves names. Default: the system's configuration, with a cache of this pool's own. */
  readonly names?: Names;
  /** Share of the event loop's time for connecting and reading, above 0 to 1. Default: no limit. */
  readonly loopShare?: number;
  /** The fence at which kept connections wait before they are used again. Default: one for event loops like Node's. */
  readonly fence?: Fence;
  /** Where long responses wait for their next turn of the event loop. Default: they never wait, as with a `share`. */
  readonly turns?: Turns;
}

export function createPool(options: PoolOptions = {}): Pool {
  const { ownBuffers = false, most = Infinity, names = new Names(createLookup()) } = options;
  const { gathers = true, fence = createFence(), turns = null } = options;
  const { shortage = () => null, secureOptions = () => ({}), beginTls } = options;
  const share = options.loopShare === undefined ? null : new LoopShare(options.loopShare, inUse);
  const origins = new Origins(originPool);
  let open = 0;
  let spare = 0;
  const spareSockets = {
    take: () => open + spare < most && ++spare > 0,
    give: () => void spare--,
    shortage,
  };

  /** Searches all origins: no more expensive than connecting, and not done below the limit. */
  function makeRoom(): void {
    if (++open <= most) return;
    for (const origin of origins) if (origin.closeIdle()) return;
  }
  function originPool(request: Outbound, serverName: string, use: OriginUse): OriginPool {
    const { origin: url, keepAlive, tls } = request.destination;
    const origin = parseOrigin(
      url,
      serverName,
      () => (tls === null ? {} : secureOptions(tls)),
      beginTls,
    );
    const addresses = names.of(origin.hostname);
    return new OriginPool(
      { origin, addresses, keepAlive, ownBuffers, gathers, fence, turns, share },
      {
        opening() {
          use.begins();
          makeRoom();
        },
        closed: () => open--,
        spareSockets,
        empty: use.ends,
      },
    );
  }
  function* inUse() {
    for (const origin of origins) yield* origin.inUse();
  }
  return {
    start: (request, listener, fresh) => origins.of(request).start(request, listener, fresh),
    destroy() {
      for (const origin of origins) origin.destroy();
    },
  };
}
