import { failed, respond } from './responses.ts';

/** Options of {@link controlPlaneGuard}. */
export interface GuardOptions {
  /** The control plane's key; `null` or empty when there is none, see {@link controlPlaneGuard}. */
  readonly adminKey: string | null;
  /** Whether a request surely comes from this machine, and from no page of another site. */
  readonly isLocal: (request: Request, env: unknown) => boolean;
}

/** The response to a request that is denied; `null`: it is allowed. */
export type Guard = (request: Request, env: unknown) => Promise<Response | null>;

/**
 * Access control for the control plane, which shows and changes the configuration.
 *
 * With a key, a request needs it as `X-API-KEY` or `Authorization: Bearer`, else the response is 401.
 * Without a key, only requests from this machine are allowed; others get 403.
 *
 * @example
 * const guard = controlPlaneGuard({ adminKey: 'secret', isLocal: () => false });
 * const denied = await guard(request, env);
 */
export function controlPlaneGuard({ adminKey, isLocal }: GuardOptions): Guard {
  if (adminKey === null || adminKey === '') {
    return async function localOnly(request, env) {
      return isLocal(request, env) ? null : closed();
    };
  }
  return async function keyed({ headers }) {
    const given = keyOf(headers);
    if (given === null) return unauthorized('missing apikey');
    return (await sameText(given, adminKey)) ? null : unauthorized('wrong apikey');
  };
}

function keyOf(headers: Headers): string | null {
  const key = headers.get('x-api-key');
  if (key !== null && key !== '') return key;
  // The scheme is case-insensitive (RFC 9110 section 11.1).
  return /^bearer +(.+)/i.exec(headers.get('authorization') ?? '')?.[1] ?? null;
}

function unauthorized(description: string): Response {
  const body = { error_msg: 'failed to check token', description };
  // A 401 must have this field (RFC 9110 section 15.5.2).
  return respond({ status: 401, body }, { 'WWW-Authenticate': 'Bearer realm="apisix"' });
}

function closed(): Response {
  return respond(
    failed(
      403,
      'the control plane is closed: no admin key is set, so only direct requests from this machine ' +
        'to a loopback host (http://127.0.0.1) are served, and none on Workers; set the ' +
        'environment variable ADMIN_KEY (on Workers: wrangler secret put ADMIN_KEY; in createGateway: adminKey) and send it as ' +
        'X-API-KEY',
    ),
  );
}

/** Compares all bytes of the digests, so that the time does not depend on how much of the key is right. */
async function sameText(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([digestOf(a), digestOf(b)]);
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= left[i]! ^ right[i]!;
  return difference === 0;
}

async function digestOf(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}
