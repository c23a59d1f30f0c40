import { compileCidrs } from '../http/cidr.ts';
import { type HeaderList, joinedValue } from '../http/headers.ts';

/** Whom to believe about a request's origin. */
export interface Trust {
  /** False when no proxy is trusted at all, which is the default. */
  readonly configured: boolean;
  /** True when the socket's peer may say whom it speaks for. */
  trusts(peer: string): boolean;
  /** The client's address: the peer, or the last address in X-Forwarded-For that no trusted proxy is. */
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
      const chain = joinedValue(headers, 'x-forwarded-for')?.split(',') ?? [];
      // From the right: whatever stands left of the first stranger was written by strangers.
      for (let i = chain.length - 1; i >= 0; i--) {
        const address = chain[i]!.trim();
        if (address !== '' && !trusts(address)) return address;
      }
      return chain[0]?.trim() || peer;
    },
  };
}

const NOBODY: Trust = {
  configured: false,
  trusts: () => false,
  clientOf: (peer) => peer,
};
