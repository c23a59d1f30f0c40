import { getRuntimeKey } from 'hono/adapter';
import type { Runtime } from '../port.ts';
import { fetchSendCopy } from './copy.ts';
import { decodesOf } from './decodes.ts';
import { type Dialect, kindByText } from './dialect.ts';
import { fetchForward } from './forward.ts';
import { receive } from '../received.ts';

/** As over sockets of our own (`http1/client/call.ts`). */
const ANSWER_DRAIN_LIMIT = 1024 * 1024;

/** What any fetch does: nothing is known of the runtime but what its bodies and errors look like. */
export const PLAIN: Dialect = {
  init: {},
  decodes: decodesOf(getRuntimeKey()),
  drainLimit: ANSWER_DRAIN_LIMIT,
  // Codes of Node and Bun, texts of Deno.
  kindOf: kindByText([
    [/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|tcp connect error/, 'connect'],
    [/ENOTFOUND|EAI_AGAIN|dns error/, 'dns'],
    [/ETIMEDOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT/, 'timeout'],
    [
      /HPE_|Malformed_HTTP_Response|InvalidContentLength|invalid (?:HTTP|content-length)/,
      'protocol',
    ],
    [/CERT|TLS|SSL|corrupt message/i, 'tls'],
    [/client error \(Connect\)/, 'connect'],
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
