/**
 * A `vars` expression that cannot be compiled. Where lua-resty-expr has a message for the error, it is used:
 * the admin API returns it, and clients of APISIX know it.
 */
export class VarsError extends Error {
  override readonly name = 'VarsError';
}
