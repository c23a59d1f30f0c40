/** What a process or its machine may run short of: descriptors, ports, memory. */
const SHORTAGES: ReadonlySet<unknown> = new Set([
  'EMFILE',
  'ENFILE',
  'EADDRNOTAVAIL',
  'ENOBUFS',
  'ENOMEM',
]);

/**
 * Whether all that led to a failure is a want of our own: then nobody knows what the other side would have done. Of
 * several addresses one may have no port here for a reason that lasts (no IPv6), and another still have refused.
 *
 * @param cause an error, or several of attempts side by side
 */
export function isShortage(cause: unknown): boolean {
  if (Array.isArray(cause)) return cause.length > 0 && cause.every(isShortage);
  if (!(cause instanceof Error)) return false;
  if ('code' in cause && SHORTAGES.has(cause.code)) return true;
  return isShortage(cause instanceof AggregateError ? cause.errors : cause.cause);
}
