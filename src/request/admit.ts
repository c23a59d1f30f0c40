import { hostname } from '../http/authority.ts';
import { compileCidrs, plainAddress } from '../http/cidr.ts';
import { type HeaderList, joinedValue, members } from '../http/fields.ts';
import type { Inbound, Interim, Received } from '../http/messages.ts';
import { forwardTarget, matchPath } from '../http/target.ts';
import type { RequestIds } from './ids.ts';

/**
 * Concludes from what a listener received what routes, upstreams and mirrors need to know.
 *
 * @param upload its body, where somebody else reads that
 */
export function admit(
  received: Received,
  trust: Trust,
  idOf: RequestIds,
  upload: Inbound['upload'] = received.upload,
): Inbound {
  return new AdmittedRequest(received, trust, idOf, upload);
}

/** A class for its lazy fields: most routes never ask for host or query, and few logs for an id. */
class AdmittedRequest implements Inbound {
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
