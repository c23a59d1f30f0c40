import type { AddressInfo } from 'node:net';
import type { HeaderList } from '../../http/headers.ts';
import type { Received } from '../../http/inbound.ts';
import type { Upload } from '../../http/upload.ts';
import { receiveWeb } from '../fetch/receive.ts';
import { NodeRequest } from './request.ts';

/** Reads a request of our own listener without building web objects; any other as a web request. */
export function receiveNode(request: Request): Received {
  if (request instanceof NodeRequest) return new NodeReceived(request);
  return receiveWeb(request, { peer: '', serverPort: 0 });
}

class NodeReceived implements Received {
  readonly method: string;
  readonly target: string;
  readonly scheme = 'http';
  readonly headers: HeaderList;
  readonly upload: Upload | null;
  readonly #request: NodeRequest;

  constructor(request: NodeRequest) {
    this.#request = request;
    this.method = request.method;
    this.target = request.target;
    this.headers = request.message.rawHeaders;
    this.upload = request.upload;
  }

  get authority(): string {
    return this.#request.message.headers.host ?? '';
  }
  get serverPort(): number {
    return (this.#request.message.socket.address() as AddressInfo).port ?? 0;
  }
  get peer(): string {
    return this.#request.message.socket.remoteAddress ?? '';
  }
  onGone(callback: () => void): void {
    this.#request.gone = callback;
  }
}
