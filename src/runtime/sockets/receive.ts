import type { ServerRequest } from '../../http1/server/request.ts';
import { receiveWeb } from '../fetch/receive.ts';
import { rememberServed } from '../received.ts';

/** A request for code that is not ours, and the `env` that goes beside it. */
export function handOut(served: ServerRequest): readonly [request: Request, env: object] {
  const request = served.toRequest();
  const env = {};
  const read = (asked: Request) => (asked === request ? served : receiveWeb(asked, served.link));
  rememberServed(request, read);
  rememberServed(env, read);
  return [request, env];
}
