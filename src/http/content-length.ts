import { trimmed } from './list.ts';

/** A length that can be counted to the byte. */
const LENGTH = /^\d{1,15}$/;

/**
 * The bytes that a Content-Length tells of; `null` where it is none. The same length several times is
 * one (RFC 9110 section 8.6).
 *
 * @example lengthOf('5, 5') // 5
 */
export function lengthOf(value: string): number | null {
  if (LENGTH.test(value)) return Number(value);
  const [first, ...others] = value.split(',').map((member) => trimmed(member));
  const isLength = LENGTH.test(first!) && others.every((other) => other === first);
  return isLength ? Number(first) : null;
}

/** Whether an answer may have the field: a client that believed it would wait for what never comes. */
export function mayHaveLength(status: number): boolean {
  return status >= 200 && status !== 204;
}
