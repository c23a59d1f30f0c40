import { type Http1ListenOptions, listen, type Listening } from '../../http1/server/listen.ts';
import type { ServerRequest } from '../../http1/server/request.ts';
import { directOf } from '../direct.ts';
import { receiveWeb } from '../fetch/receive.ts';
import { rememberServed } from '../received.ts';
import type { ListenOptions } from '../server.ts';

/** What a runtime's own listener is like. */
export type ListenerTraits = Pick<Http1ListenOptions, 'shares' | 'turns' | 'goesDeaf'>;

/** Serves an app by HTTP/1.1 of our own. Rejects when the address cannot be listened on. */
export function serveApp(options: ListenOptions, traits: ListenerTraits = {}): Promise<Listening> {
  const { app, clientTimeout, ...listener } = options;
  const context = { waitUntil: app.waitUntil, passThroughOnException() {}, props: {} };
  const direct = directOf(app.fetch);
  return listen({
    ...listener,
    ...traits,
    clientTimeoutMs: clientTimeout === undefined ? undefined : clientTimeout * 1000,
    respond: (request) =>
      direct?.(request, app.waitUntil) ?? app.fetch(...handOut(request), context),
  });
}

/** A request for code that is not ours, and the `env` that goes beside it. */
export function handOut(served: ServerRequest): readonly [request: Request, env: object] {
  const request = served.toRequest();
  const env = {};
  const read = (asked: Request) => (asked === request ? served : receiveWeb(asked, served.link));
  rememberServed(request, read);
  rememberServed(env, read);
  return [request, env];
}
