import { compileCidrs, plainAddress } from '../http/cidr.ts';
import { type HeaderList, joinedValue } from '../http/headers.ts';
import { members } from '../http/list.ts';

/** Whom to believe about a request's origin. */
export interface Trust {
  /** False when no proxy is trusted at all, which is the default. */
  readonly configured: boolean;
  /** True when the socket's peer may say whom it speaks for. */
  trusts(peer: string): boolean;
  /**
   * The client's address: the peer, or where that is trusted, the last address in X-Forwarded-For that is
   * not; the first one, if all are.
   */
  clientOf(peer: string, headers: HeaderList): string;
}

/**
 * Trust in proxies by address.
 *
 * @param cidrs addresses and ranges whose `X-Forwarded-*` and `Forwarded` are believed; none by default
 * @throws when one of them is not an address or range
 * @example trustProxies(['10.0.0.0/8']).clientOf('10.0.0.1', ['x-forwarded-for', '1.2.3.4']) // '1.2.3.4'
 */
export function trustProxies(cidrs: readonly string[]): Trust {
  if (cidrs.length === 0) return NOBODY;
  const trusts = compileCidrs(cidrs);
  return {
    configured: true,
    trusts,
    clientOf(peer, headers) {
      if (!trusts(peer)) return peer;
      let client = peer;
      // From the right: whatever stands left of the first stranger was written by strangers.
      for (const entry of members(joinedValue(headers, 'x-forwarded-for') ?? '').toReversed()) {
        const address = addressOf(entry);
        // `unknown` and the like: who was before the last proxy that we know of, nobody can tell.
        if (address === null) break;
        client = address;
        if (!trusts(client)) break;
      }
      return client;
    },
  };
}

const NOBODY: Trust = {
  configured: false,
  trusts: () => false,
  clientOf: (peer) => peer,
};

/** An address behind which some proxies write the client's port, with brackets if it is of IPv6. */
const WITH_PORT = /^(?:\[([^[\]]*)\]|([^:]*))(?::\d{1,5})?$/;

function addressOf(entry: string): string | null {
  const [, bracketed, bare] = WITH_PORT.exec(entry) ?? [];
  return plainAddress(bracketed ?? bare ?? entry);
}
