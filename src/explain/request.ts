import type { Outbound } from '../http/messages.ts';

/** A request that would be sent. Fields of the connection are the runtime's, and not among these. */
export interface ShownRequest {
  readonly method: string;
  readonly url: string;
  /** Name and value, in their order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** @param hostOfUrl true where the platform writes Host itself, from the URL */
export function showRequest(request: Outbound, hostOfUrl: boolean): ShownRequest {
  const { method, destination, target, headers } = request;
  const { origin } = destination;
  const fields: [string, string][] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const isHost = headers[i]!.toLowerCase() === 'host';
    fields.push([headers[i]!, isHost && hostOfUrl ? new URL(origin).host : headers[i + 1]!]);
  }
  return { method, url: origin + target, headers: fields };
}
