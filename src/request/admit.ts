import { hostname } from '../http/authority.ts';
import type { Inbound, Received } from '../http/inbound.ts';
import type { Interim } from '../http/transport.ts';
import { forwardTarget, matchPath } from '../http/target.ts';
import type { RequestIds } from './request-id.ts';
import type { Trust } from './trusted-proxies.ts';

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
