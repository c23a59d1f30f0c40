import { serverNameOf } from '../../http/destination.ts';
import { headerValue } from '../../http/fields.ts';
import type { Outbound } from '../../http/messages.ts';
import { createFence, type Fence, type Turns } from '../turns.ts';
import type { ClientConnection } from './connection.ts';
import type { ExchangeListener } from './exchange-listener.ts';
import { LoopShare } from './loop-share.ts';
import { createLookup } from './names/lookup.ts';
import { Names } from './names/names.ts';
import { parseOrigin } from './dial.ts';
import { OriginPool } from './origin-pool.ts';

/** Origins without connections that are remembered: whose turn it is there, and whom to avoid. */
const MOST_EMPTY = 1024;

/** Connections to servers, kept for reuse. */
export interface Pool {
  /** Sends a request on an idle connection, or a new one when `fresh` or none is idle. */
  start(request: Outbound, listener: ExchangeListener, fresh: boolean): ClientConnection;
  /** Closes every connection, those in use as well. */
  destroy(): void;
}

export interface PoolOptions {
  /**
   * Whether connections read to buffers of ours, where they can. That suits Node, which else makes a
   * buffer of 64 KiB for each read; who copies what came to new memory anyway would copy twice.
   * Default: no.
   */
  readonly ownBuffers?: boolean;
  /**
   * Whether pieces that are written together get to the system in one call. Where they do not, a chunk is copied into one
   * piece: that is less work, and the last word of a server is lost behind two writes that fail. Default: yes.
   */
  readonly gathers?: boolean;
  /**
   * Connections to all servers together, beyond which idle ones are closed for new ones; those in use
   * are for others to limit. Default: no limit.
   */
  readonly most?: number;
  /** Why no socket can be opened at all, where the runtime calls that refused; `null`: they can. Default: it does not. */
  readonly shortage?: () => unknown;
  /** Who knows the addresses. Default: the system, asked by this pool alone. */
  readonly names?: Names;
  /** Of the event loop's time, for connecting and for what is read. Default: all of it. */
  readonly share?: number;
  /** What kept connections wait at before they are used again. Default: one for event loops like Node's. */
  readonly fence?: Fence;
  /** Where answers wait that bring much. Default: they never do, as where there is a `share`. */
  readonly turns?: Turns;
}

export function createPool(options: PoolOptions = {}): Pool {
  const { ownBuffers = false, most = Infinity, names = new Names(createLookup()) } = options;
  const { gathers = true, fence = createFence(), turns = null } = options;
  const { shortage = () => null } = options;
  const share = options.share === undefined ? null : new LoopShare(options.share, inUse);
  const origins = new Map<string, OriginPool>();
  const empty = new Set<string>();
  let open = 0;
  let spare = 0;
  const spareSockets = {
    take: () => open + spare < most && ++spare > 0,
    give: () => void spare--,
    shortage,
  };

  /** Looks at all origins: that costs no more than connecting, and nothing below the limit. */
  function makeRoom(): void {
    if (++open <= most) return;
    for (const origin of origins.values()) if (origin.closeIdle()) return;
  }
  function originPool(key: string, request: Outbound, serverName: string): OriginPool {
    const { origin: url, keepAlive } = request.destination;
    const origin = parseOrigin(url, serverName);
    const addresses = names.of(origin.hostname);
    return new OriginPool(
      { origin, addresses, keepAlive, ownBuffers, gathers, fence, turns, share },
      {
        opening() {
          empty.delete(key);
          makeRoom();
        },
        closed: () => open--,
        spareSockets,
        empty() {
          empty.add(key);
          const [longest] = empty;
          if (empty.size > MOST_EMPTY && empty.delete(longest!)) origins.delete(longest!);
        },
      },
    );
  }
  function* inUse() {
    for (const origin of origins.values()) yield* origin.inUse();
  }
  return {
    start(request, listener, fresh) {
      const { serverName: fixed, key: shared } = request.destination;
      const serverName = fixed ?? serverNameOf(headerValue(request.headers, 'host') ?? '');
      const key = fixed === null ? `${shared} ${serverName}` : shared;
      let origin = origins.get(key);
      if (origin === undefined) {
        origin = originPool(key, request, serverName);
        origins.set(key, origin);
      }
      return origin.start(request, listener, fresh);
    },
    destroy() {
      for (const origin of origins.values()) origin.destroy();
    },
  };
}
