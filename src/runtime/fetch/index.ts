import type { Runtime } from '../port.ts';
import { fetchSendCopy } from './copy.ts';
import { type Dialect, kindByText } from './dialect.ts';
import { fetchForward } from './forward.ts';
import { receive } from '../received.ts';

/** What any fetch does, with nothing known of the runtime: bodies may come decoded. */
const PLAIN: Dialect = {
  init: {},
  decodes: new Set(['gzip', 'x-gzip', 'deflate', 'br', 'zstd']),
  kindOf: kindByText([
    [/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH/, 'connect'],
    [/ENOTFOUND|EAI_AGAIN/, 'dns'],
    [/CERT|TLS|SSL/i, 'tls'],
  ]),
};

/** The runtime's global fetch and nothing else: what the library uses unless it is told better. */
export function fetchRuntime(): Runtime {
  return {
    name: 'fetch',
    receive,
    peer: () => null,
    forward: fetchForward(PLAIN),
    sendCopy: fetchSendCopy(PLAIN),
  };
}
