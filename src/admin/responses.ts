/** Result of an admin API handler. `body` is sent as JSON; `null` means an empty response. */
export interface AdminResponse {
  readonly status: 200 | 201 | 400 | 401 | 403 | 404 | 405 | 503;
  readonly body: unknown;
}

/** Thrown to abort a request, also from inside an edit: nothing is stored, and the client gets `response`. */
export class AdminRefusal extends Error {
  override readonly name = 'Refusal';
  readonly response: AdminResponse;

  constructor(response: AdminResponse) {
    super('refused');
    this.response = response;
  }
}

/** An error in the form of nearly all of APISIX's: `{"error_msg": text}`. */
export function failed(status: AdminResponse['status'], text: string): AdminResponse {
  return { status, body: { error_msg: text } };
}

/** etcd's error for a missing key. APISIX passes it on, so its member is not `error_msg`. */
export const KEY_NOT_FOUND: AdminResponse = { status: 404, body: { message: 'Key not found' } };

const HEADERS: readonly [string, string][] = [
  ['Content-Type', 'application/json'],
  // Caches must keep neither configurations nor errors about keys.
  ['Cache-Control', 'no-store'],
];

/** A private key in PEM. Nobody needs to read one here: who changes a route sends it again, or changes the rest by PATCH. */
const KEY = /("client_key":")-[^"]*/g;

/**
 * Makes the HTTP response, without private keys. As in APISIX, the JSON ends with a newline.
 *
 * @example respond({ status: 200, body: { list: [], total: 0 } })
 */
export function respond(response: AdminResponse, extra: Record<string, string> = {}): Response {
  const text =
    response.body === null ? null : `${JSON.stringify(response.body).replace(KEY, '$1(hidden)')}\n`;
  return new Response(text, {
    status: response.status,
    headers: [...HEADERS, ...Object.entries(extra)],
  });
}
