import { type Http1ListenOptions, listen, type Listening } from '../../http1/server/listen.ts';
import { directOf } from '../direct.ts';
import type { ListenOptions } from '../server.ts';
import { handOut } from './receive.ts';

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
