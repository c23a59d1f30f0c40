import type { Case } from './case.ts';
import { exchangeBytes, type Received } from './client.ts';
import type { Message } from './message.ts';
import { LABEL, type RecordingUpstream } from './upstream.ts';

/** What both ends of one exchange got. */
export interface Observed {
  /** What reached the upstream; `null` when nothing did. */
  readonly request: Message | null;
  readonly got: Received;
}

/** A case without the gateway and with it. */
export interface Pair {
  readonly direct: Observed;
  readonly through: Observed;
}

export type Observe = (exchange: Case) => Promise<Pair>;

/** Runs cases, each under a unique label. */
export function observer(upstream: RecordingUpstream, gateway: { readonly port: number }): Observe {
  let labels = 0;

  async function observe({ request, response }: Case, port: number): Promise<Observed> {
    const label = String(++labels);
    const expected = upstream.expect(label, response);
    const cutAfter = typeof response.ends === 'string' ? Infinity : response.ends.cutAfter;
    const labelled = request.replace('\r\n', `\r\n${LABEL}: ${label}\r\n`);
    const got = await exchangeBytes(port, labelled, (body) => {
      if (body.length >= cutAfter) expected.cut();
    });
    if (expected.seen.length > 1) throw new Error('the request was sent more than once');
    return { request: expected.seen[0] ?? null, got };
  }

  return async (exchange) => ({
    direct: await observe(exchange, upstream.port),
    through: await observe(exchange, gateway.port),
  });
}
