import type { Runtime } from '../runtime.ts';
import { fetchSendCopy } from './copy.ts';
import { decodesOf } from './decodes.ts';
import { type Dialect, kindByText } from './dialect.ts';
import { fetchForward } from './forward.ts';
import { receive } from '../received.ts';

/** Runtimes identify themselves in `navigator`; Node 20 does not have it. */
type Named = { readonly navigator?: { readonly userAgent?: string } };

/** The same limit as over our own sockets (`http1/client/call.ts`). */
const DRAIN_LIMIT_BYTES = 1024 * 1024;

/** The dialect for any fetch: knows only which codings the runtime decodes and what its errors look like. */
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

/** A runtime adapter over the global fetch. The default of the library. */
export function fetchRuntime(): Runtime {
  return {
    name: 'fetch',
    receive,
    forward: fetchForward(PLAIN),
    sendCopy: fetchSendCopy(PLAIN),
  };
}
