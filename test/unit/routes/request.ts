import { matchPath } from '../../../src/http/target.ts';
import type { Inbound } from '../../../src/http/messages.ts';

/** An inbound request for a target, with whatever else a test cares about. */
export function request(target: string, rest: Partial<Inbound> = {}): Inbound {
  const question = target.indexOf('?');
  const authority = rest.authority ?? rest.host ?? '';
  return {
    id: '1',
    method: 'GET',
    target,
    path: matchPath(target),
    query: question === -1 ? '' : target.slice(question + 1),
    scheme: 'http',
    authority,
    host: authority.toLowerCase().replace(/:\d+$/, ''),
    serverPort: 9080,
    peer: '127.0.0.1',
    remoteAddr: '127.0.0.1',
    headers: [],
    upgradable: false,
    upload: null,
    takesTrailers: false,
    onGone() {},
    inform() {},
    ...rest,
  };
}
