/** Class of a status. */
export type StatusClass = '1xx' | '2xx' | '3xx' | '4xx' | '5xx';

/** The class of a status. An invalid status counts as 5xx (RFC 9110 section 15). */
export function statusClass(status: number): StatusClass {
  if (status < 100 || status > 599) return '5xx';
  return `${Math.floor(status / 100)}xx` as StatusClass;
}
