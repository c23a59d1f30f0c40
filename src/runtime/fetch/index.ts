import type { Runtime } from '../port.ts';
import { fetchSendCopy } from './copy.ts';
import { decodesOf } from './decodes.ts';
import { type Dialect, kindByText } from './dialect.ts';
import { fetchForward } from './forward.ts';
import { receive } from '../received.ts';

/** What runtimes call themselves by; Node 20 does not. */
type Named = { readonly navigator?: { readonly userAgent?: string } };

/** As over sockets of our own (`http1/client/call.ts`). */
const DRAIN_LIMIT_BYTES = 1024 * 1024;

/** What any fetch does: nothing is known of the runtime but what its bodies and errors look like. */
export const PLAIN: Dialect = {
  init: {},
  decodes: decodesOf((globalThis as Named).navigator?.userAgent),
  drainLimit: DRAIN_LIMIT_BYTES,
  kindOf: kindByText([
    [/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|tcp connect error/, 'connect'],
    [/ENOTFOUND|EAI_AGAIN|dns error/, 'dns'],
    [/ETIMEDOUT|Timeout Error/, 'timeout'],
    [/HTTP\/1\.1 protocol|Malformed|InvalidContentLength|invalid (?:HTTP|content)/, 'protocol'],
    [/CERT|TLS|SSL|corrupt/i, 'tls'],
    [/\(Connect\)/, 'connect'],
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
