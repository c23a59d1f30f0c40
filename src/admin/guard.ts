import type { Context, MiddlewareHandler } from 'hono';
import { compileCidrs } from '../http/cidr.ts';
import { comesFromProxy } from '../http/forwarding-fields.ts';
import { failed, respond } from './responses.ts';

/** Options of {@link controlPlaneGuard}. */
export interface GuardOptions {
  /** The control plane's key. `null` or empty: see {@link controlPlaneGuard}. */
  readonly adminKey: string | null;
  /** Address of the socket's peer; `null` where there is none to see (Workers). */
  readonly peer: (c: Context) => string | null;
}

/**
 * Lets in who may see and change the configuration.
 *
 * With a key: requests that carry it as `X-API-KEY` or `Authorization: Bearer`; others get 401.
 * Without: only requests that plainly come from this machine, others get 403. That takes
 * - a loopback peer;
 * - a loopback Host: a web page whose name was made to resolve to 127.0.0.1 (DNS rebinding) still sends
 *   its own name;
 * - no Origin but that of this listener, and no Sec-Fetch-Site of another: web pages of others reach
 *   this machine through the browser on it;
 * - no field by which proxies tell of themselves or of their client: one on this machine that serves
 *   the world is a loopback peer as well.
 *
 * @example
 * const app = new Hono();
 * app.use('/apisix/*', controlPlaneGuard({ adminKey: 'secret', peer: () => null }));
 */
export function controlPlaneGuard({ adminKey, peer }: GuardOptions): MiddlewareHandler {
  if (adminKey === null || adminKey === '') {
    return async function localOnly(c, next) {
      if (!fromThisMachine(peer(c), c.req.raw.headers)) return closed();
      return next();
    };
  }
  return async function keyed(c, next) {
    const given = keyOf(c.req.raw.headers);
    if (given === null) return unauthorized('missing apikey');
    if (!(await sameText(given, adminKey))) return unauthorized('wrong apikey');
    return next();
  };
}

function keyOf(headers: Headers): string | null {
  const key = headers.get('x-api-key');
  if (key !== null && key !== '') return key;
  // RFC 9110 section 11.1: the scheme is compared without regard to case.
  return /^bearer +(.+)/i.exec(headers.get('authorization') ?? '')?.[1] ?? null;
}

function unauthorized(description: string): Response {
  const body = { error_msg: 'failed to check token', description };
  // RFC 9110 section 15.5.2: a 401 says how to authenticate.
  return respond({ status: 401, body }, { 'WWW-Authenticate': 'Bearer realm="apisix"' });
}

function closed(): Response {
  return respond(
    failed(
      403,
      'the control plane is closed: no admin key is set, so only direct requests from this machine ' +
        'to a loopback host (http://127.0.0.1) are answered, and none on Workers; set the ' +
        'environment variable ADMIN_KEY (on Workers: wrangler secret put ADMIN_KEY) and send it as ' +
        'X-API-KEY',
    ),
  );
}

/** Compares digests, all of them, so that the time taken tells nothing about the key. */
async function sameText(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([digestOf(a), digestOf(b)]);
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= left[i]! ^ right[i]!;
  return difference === 0;
}

async function digestOf(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

const isLoopback = compileCidrs(['127.0.0.0/8', '::1']);

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';

/** Spelled like this alone: a name that resolves to such an address is somebody else's. */
const LOOPBACK_HOST = new RegExp(
  `^(?:localhost|127(?:\\.${OCTET}){3}|\\[::1\\])(?::\\d{1,5})?$`,
  'i',
);

/** What browsers say of a page of our own, and of an address that somebody typed. */
const OWN_SITE: ReadonlySet<string> = new Set(['same-origin', 'none']);

function fromThisMachine(peer: string | null, headers: Headers): boolean {
  const host = headers.get('host') ?? '';
  if (peer === null || !isLoopback(peer) || !LOOPBACK_HOST.test(host)) return false;
  const origin = headers.get('origin');
  if (origin !== null && origin !== `http://${host.toLowerCase()}`) return false;
  if (!OWN_SITE.has(headers.get('sec-fetch-site') ?? 'none')) return false;
  return ![...headers.keys()].some(comesFromProxy);
}
