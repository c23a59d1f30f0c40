import { getRuntimeKey } from 'hono/adapter';
import type { Runtime } from '../port.ts';
import { fetchSendCopy } from './copy.ts';
import { decodesOf } from './decodes.ts';
import { type Dialect, kindByText } from './dialect.ts';
import { fetchForward } from './forward.ts';
import { receive } from '../received.ts';

/** What any fetch does: nothing is known of the runtime but what its bodies and errors look like. */
const PLAIN: Dialect = {
  init: {},
  decodes: decodesOf(getRuntimeKey()),
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
