import { hostname } from '../http/authority.ts';
import { compilePeers, plainAddress } from '../http/cidr.ts';
import { type HeaderList, joinedValue, members } from '../http/fields.ts';
import type { Inbound, Interim, Received } from '../http/messages.ts';
import { forwardTarget, matchPath } from '../http/target.ts';
import type { RequestIds } from './ids.ts';

/**
 * Derives from a received request all that routes, upstreams and mirrors need: path, client address, id.
 *
 * @param upload the body, if it is not the received request's own: the middleware observes a body that the app reads
 */
export function inboundOf(
  received: Received,
  trust: Trust,
  idOf: RequestIds,
  upload: Inbound['upload'] = received.upload,
): Inbound {
  return new InboundRequest(received, trust, idOf, upload);
}

/** A class with lazy getters: most routes never need host or query, and the id is seldom logged. */
class InboundRequest implements Inbound {
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly remoteAddr: string;
  readonly headers: Inbound['headers'];
  readonly upload: Inbound['upload'];
  readonly #received: Received;
  readonly #idOf: RequestIds;
  #id: string | undefined;

  constructor(received: Received, trust: Trust, idOf: RequestIds, upload: Inbound['upload']) {
    this.#received = received;
    this.#idOf = idOf;
    this.method = received.method;
    this.target = forwardTarget(received.target);
    this.path = matchPath(received.target);
    this.headers = received.headers;
    this.upload = upload;
    this.remoteAddr = trust.clientOf(received.peer, received.headers);
  }

  get id(): string {
    return (this.#id ??= this.#idOf(this.headers));
  }
  get scheme(): 'http' | 'https' {
    return this.#received.scheme;
  }
  get authority(): string {
    return this.#received.authority;
  }
  get serverPort(): number {
    return this.#received.serverPort;
  }
  get peer(): string {
    return this.#received.peer;
  }
  get upgradable(): boolean {
    return this.#received.upgradable;
  }
  get maxStatus(): number | undefined {
    return this.#received.maxStatus;
  }
  get takesTrailers(): boolean {
    return this.#received.takesTrailers;
  }
  get query(): string {
    const mark = this.target.indexOf('?');
    return mark === -1 ? '' : this.target.slice(mark + 1);
  }
  get host(): string {
    return hostname(this.authority);
  }
  onGone(callback: (refused?: number) => void): void {
    this.#received.onGone(callback);
  }
  inform(interim: Interim): void {
    this.#received.inform(interim);
  }
}

/** Which peers may report the origin of a request. */
export interface Trust {
  /** False if no proxy is trusted, which is the default. */
  readonly configured: boolean;
  /** True if this peer may report the client it forwards for. */
  trusts(peer: string): boolean;
  /**
   * The client's address: the peer if it is not trusted. Else the first address of X-Forwarded-For, read from the
   * right, that is not trusted; if there is none, the last one that could be read, or the peer.
   */
  clientOf(peer: string, headers: HeaderList): string;
}

/**
 * Trusts proxies by their address.
 *
 * @param cidrs addresses and CIDR blocks whose `X-Forwarded-*` are believed
 * @throws {TypeError} if one of them is neither an address nor a CIDR block
 * @example trustProxies(['10.0.0.0/8']).clientOf('10.0.0.1', ['x-forwarded-for', '1.2.3.4']) // '1.2.3.4'
 */
export function trustProxies(cidrs: readonly string[]): Trust {
  if (cidrs.length === 0) return NO_TRUST;
  const trusts = compilePeers(cidrs);
  return {
    configured: true,
    trusts,
    clientOf(peer, headers) {
      if (!trusts(peer)) return peer;
      let client = peer;
      // From the right: everything left of the first address that is not trusted may be forged.
      for (const entry of members(joinedValue(headers, 'x-forwarded-for') ?? '').toReversed()) {
        const address = addressOf(entry);
        // `unknown` or the like (RFC 7239 section 6.2): the hops before this proxy are not known.
        if (address === null) break;
        client = address;
        if (!trusts(client)) break;
      }
      return client;
    },
  };
}

const NO_TRUST: Trust = {
  configured: false,
  trusts: () => false,
  clientOf: (peer) => peer,
};

/** Some proxies append the client's port, and write an IPv6 address in brackets then. */
const WITH_PORT = /^(?:\[([^[\]]*)\]|([^:]*))(?::\d{1,5})?$/;

function addressOf(entry: string): string | null {
  const [, bracketed, bare] = WITH_PORT.exec(entry) ?? [];
  return plainAddress(bracketed ?? bare ?? entry);
}
