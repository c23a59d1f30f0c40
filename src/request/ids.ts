import { type HeaderList, joinedValue } from '../http/fields.ts';

/** Names a request in logs, events and reports, by its header fields. */
export type RequestIds = (headers: HeaderList) => string;

/** Visible ASCII of a bounded length; anything else is text that a client wants in our log. */
const SANE = /^[\x21-\x7e]{1,128}$/;

/**
 * Ids of requests: the client's `X-Request-Id` where it is sane, else the id of this gateway, which
 * copies carry as `x-mirrored-by`, and a number.
 *
 * @example
 * const idOf = requestIds(() => 'gateway');
 * idOf(['X-Request-Id', 'a1']); // 'a1'
 * idOf([]); // 'gateway-1'
 */
export function requestIds(instance: () => string): RequestIds {
  let made = 0;
  return (headers) => {
    // Joined, as several fields are on most runtimes: they are no id, and no runtime picks one.
    const given = joinedValue(headers, 'x-request-id');
    return given !== undefined && SANE.test(given) ? given : `${instance()}-${++made}`;
  };
}

/**
 * Id of this gateway, the value of the loop mark. Made when it is first asked for: Workers have no
 * random numbers before a request is served.
 */
export function instanceId(): () => string {
  let id: string | undefined;
  return () => (id ??= crypto.randomUUID());
}
