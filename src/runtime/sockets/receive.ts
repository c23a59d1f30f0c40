import { namesUpgrade } from '../../http/handshake.ts';
import { type HeaderList, joinedValue } from '../../http/headers.ts';
import { hasMember } from '../../http/list.ts';
import type { Received } from '../../http/inbound.ts';
import type { Interim } from '../../http/transport.ts';
import type { Upload } from '../../http/upload.ts';
import { receiveWeb } from '../fetch/receive.ts';
import { rememberServed } from '../received.ts';
import type { ServerRequest } from '../../http1/server/request.ts';

/** A request for code that is not ours, and the `env` that goes beside it. */
export function handOut(served: ServerRequest): readonly [request: Request, env: object] {
  const request = served.toRequest();
  const env = {};
  const read = (asked: Request) =>
    asked === request
      ? new ServerReceived(served, served.forwarded())
      : receiveWeb(asked, served.link);
  rememberServed(request, read);
  rememberServed(env, read);
  return [request, env];
}

/** Reads a request that no other code has seen. */
export function receiveDirectly(request: ServerRequest): Received {
  return new ServerReceived(request, request.upload);
}

class ServerReceived implements Received {
  readonly method: string;
  readonly target: string;
  readonly scheme = 'http';
  readonly headers: HeaderList;
  readonly upload: Upload | null;
  readonly #request: ServerRequest;

  constructor(request: ServerRequest, upload: Upload | null) {
    this.#request = request;
    this.method = request.method;
    this.target = request.target;
    this.headers = request.head.headers;
    this.upload = upload;
  }

  get authority(): string {
    return this.#request.head.authority;
  }
  get serverPort(): number {
    return this.#request.link.serverPort;
  }
  get peer(): string {
    return this.#request.link.peer;
  }
  get upgradable(): boolean {
    // In HTTP/1.0 the field means nothing (RFC 9110 section 7.8).
    return this.#request.head.http11 && namesUpgrade(this.headers);
  }
  /** HTTP/1.0 knows no chunks, and so nothing behind them. */
  get takesTrailers(): boolean {
    const { http11, headers } = this.#request.head;
    return http11 && hasMember(joinedValue(headers, 'te'), 'trailers');
  }
  onGone(callback: (refused?: number) => void): void {
    this.#request.gone = callback;
  }
  inform(interim: Interim): void {
    this.#request.link.inform(this.#request, interim);
  }
}
