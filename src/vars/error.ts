/**
 * A `vars` expression that cannot be compiled. The messages are lua-resty-expr's where it has one,
 * because the admin API hands them on and APISIX's clients know them.
 */
export class VarsError extends Error {
  override readonly name = 'VarsError';
}
