/** What a process or its machine may run short of: descriptors, ports, memory. */
const SHORTAGES: ReadonlySet<unknown> = new Set([
  'EMFILE',
  'ENFILE',
  'EADDRNOTAVAIL',
  'ENOBUFS',
  'ENOMEM',
]);

/**
 * Whether any of what led to a failure is a want of our own: then nobody knows what the other side would have done.
 *
 * @param cause an error, or several
 */
export function isShortage(cause: unknown): boolean {
  if (Array.isArray(cause)) return cause.some(isShortage);
  if (!(cause instanceof Error)) return false;
  if ('code' in cause && SHORTAGES.has(cause.code)) return true;
  return isShortage(cause instanceof AggregateError ? cause.errors : cause.cause);
}
