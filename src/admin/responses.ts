/** What a handler of the admin API answers. `body` is sent as JSON, `null` as nothing at all. */
export interface AdminResponse {
  readonly status: 200 | 201 | 400 | 401 | 403 | 404 | 405 | 503;
  readonly body: unknown;
}

/** Thrown inside an edit to give it up: nothing is stored and the answer goes to the client. */
export class AdminRefusal extends Error {
  override readonly name = 'Refusal';
  readonly response: AdminResponse;

  constructor(answer: AdminResponse) {
    super('refused');
    this.response = answer;
  }
}

/** `{"error_msg": text}`, the form of nearly all of APISIX's errors. */
export function failed(status: AdminResponse['status'], text: string): AdminResponse {
  return { status, body: { error_msg: text } };
}

/** What etcd says of a key it does not have; APISIX passes it on, so it is not an `error_msg`. */
export const keyNotFound: AdminResponse = { status: 404, body: { message: 'Key not found' } };

const headers: readonly [string, string][] = [
  ['Content-Type', 'application/json'],
  // A configuration, or what is wrong with a key, is nothing to keep in a cache.
  ['Cache-Control', 'no-store'],
];

/**
 * An answer as a response; like APISIX's, JSON ends with a newline.
 *
 * @example respond({ status: 200, body: { list: [], total: 0 } })
 */
export function respond(response: AdminResponse, extra: Record<string, string> = {}): Response {
  const text = response.body === null ? null : `${JSON.stringify(response.body)}\n`;
  return new Response(text, {
    status: response.status,
    headers: [...headers, ...Object.entries(extra)],
  });
}
