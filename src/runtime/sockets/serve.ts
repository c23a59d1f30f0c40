import { type Http1ListenOptions, listen } from '../../http1/server/listen.ts';
import type { ServerRequest } from '../../http1/server/request.ts';
import { directOf } from '../direct.ts';
import { receiveWeb } from '../fetch/receive.ts';
import { rememberServed } from '../received.ts';
import type { WaitUntil } from '../runtime.ts';
import type { Listening, ListenOptions } from '../server.ts';
import { TlsEnd } from './tls.ts';

/** Options of the listener that depend on the runtime. */
export interface ListenerTraits extends Pick<Http1ListenOptions, 'shares' | 'turns' | 'goesDeaf'> {
  /** Whether `node:http2` holds back what is written. Default: no. */
  readonly holdsBack?: boolean;
  /** Whether a `TLSSocket` reads on while it is paused. Default: no. */
  readonly readsOn?: boolean;
}

/** Serves an app with our own HTTP/1.1. Rejects if it cannot listen on the address. */
export async function serveApp(
  options: ListenOptions,
  traits: ListenerTraits = {},
): Promise<Listening> {
  const { holdsBack = false, readsOn = false, ...rest } = traits;
  const { app, clientTimeout, tls, isShared = false, ...listener } = options;
  const { waitUntil = goOn } = app;
  const context = { waitUntil, passThroughOnException() {}, props: {} };
  const direct = directOf(app.fetch);
  const end = tls === undefined ? null : new TlsEnd(tls.certificates, tls.onFailure, readsOn);
  const listening = await listen({
    ...listener,
    ...rest,
    // Others may accept what would show that this process does not.
    goesDeaf: traits.goesDeaf === true && !isShared,
    tls:
      end === null
        ? undefined
        : {
            port: tls!.port,
            parseHello: end.parseHello,
            secure: (socket, serverName) => end.secure(socket, serverName),
          },
    loadHttp2: async () => {
      const { serveHttp2, serveHttp2Flushing } = await import('../../http2/server/connection.ts');
      return holdsBack ? serveHttp2Flushing : serveHttp2;
    },
    clientTimeoutMs: clientTimeout === undefined ? undefined : clientTimeout * 1000,
    respond: (request) =>
      direct?.respond?.(request, app.waitUntil) ?? app.fetch(...handOut(request), context),
  });
  return { ...listening, renewCertificates: (certificates) => end?.renew(certificates) };
}

/** Lets work go on that an app without `waitUntil` leaves behind. That it fails must not end the process. */
const goOn: WaitUntil = (work) => void work.catch(() => {});

/** Makes the `Request` and the `env` that user code gets, and registers how to convert them back. */
function handOut(served: ServerRequest): readonly [request: Request, env: object] {
  const request = served.toRequest();
  const env = {};
  // Only our own `Request` stands for the received one: user code may have replaced it.
  const read = (given: Request) => (given === request ? served : receiveWeb(given, served.link));
  rememberServed(request, read);
  rememberServed(env, read);
  return [request, env];
}
