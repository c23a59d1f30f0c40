import type { RequestListener, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gatewayError } from '../../exchange/gateway-error.ts';
import type { FetchApp } from '../server.ts';
import { NodeAnswer } from './answer.ts';
import { NodeRequest } from './request.ts';

/** A `node:http` request listener for a Hono app. */
export function nodeListener(app: FetchApp, draining: () => boolean): RequestListener {
  const context = { waitUntil: app.waitUntil, passThroughOnException: () => {}, props: {} };
  return (message, response) => {
    const request = new NodeRequest(message);
    let answered = false;
    response.once('close', () => {
      if (!answered) request.gone?.();
    });
    if (draining()) response.shouldKeepAlive = false;
    const send = (answer: Response) => {
      answered = true;
      return sendResponse(answer, request, response);
    };
    if (!request.validHost) {
      void send(gatewayError(400));
      return;
    }
    Promise.resolve(app.fetch(request as unknown as Request, {}, context))
      .then(send)
      .catch(() => response.destroy());
  };
}

function sendResponse(
  answer: Response,
  request: NodeRequest,
  response: ServerResponse,
): Promise<void> | void {
  if (response.destroyed) {
    if (answer instanceof NodeAnswer) answer.discard();
    else void answer.body?.cancel();
    return;
  }
  // The rest of an upload nobody reads must not keep the connection's next request waiting.
  if (!request.message.complete) response.once('finish', () => request.discard());
  if (answer instanceof NodeAnswer && !answer.materialised) return answer.sendTo(response);
  return sendWebResponse(answer, response);
}

/** Answers made by the gateway itself, or rebuilt by middleware. */
async function sendWebResponse(answer: Response, response: ServerResponse): Promise<void> {
  const headers: string[] = [];
  answer.headers.forEach((value, name) => headers.push(name, value));
  // An empty reason means that nobody gave one: Node then writes the standard phrase.
  if (answer.statusText === '') response.writeHead(answer.status, headers);
  else response.writeHead(answer.status, answer.statusText, headers);
  if (answer.body === null) {
    response.end();
    return;
  }
  await pipeline(Readable.fromWeb(answer.body as never), response);
}
