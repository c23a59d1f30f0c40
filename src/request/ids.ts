import { type HeaderList, joinedValue } from '../http/fields.ts';

/** Returns the id of a request, used in logs, events and reports, from its fields. */
export type RequestIds = (headers: HeaderList) => string;

/** Visible ASCII of limited length: a client must not inject other text into our log. */
const VALID_ID = /^[\x21-\x7e]{1,128}$/;

/**
 * Ids of requests: the client's `X-Request-Id` if it is valid, else the id of this gateway, which copies carry as
 * `x-mirrored-by`, and a number.
 *
 * @example
 * const idOf = requestIds(() => 'gateway');
 * idOf(['X-Request-Id', 'a1']); // 'a1'
 * idOf([]); // 'gateway-1'
 */
export function requestIds(instance: () => string): RequestIds {
  let made = 0;
  return (headers) => {
    // Several fields are joined, as most runtimes do, and then are not a valid id: the same result on all runtimes.
    const given = joinedValue(headers, 'x-request-id');
    return given !== undefined && VALID_ID.test(given) ? given : `${instance()}-${++made}`;
  };
}

/**
 * Id of this gateway, the value of the loop mark. Generated on first use: on Workers there are no random numbers
 * before the first request.
 */
export function instanceId(): () => string {
  let id: string | undefined;
  return () => (id ??= crypto.randomUUID());
}
