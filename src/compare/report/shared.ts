import type { ReportKeeper } from './keeper.ts';
import type { Report, ReportFilter } from './report.ts';
import { createReportSums } from './sums.ts';

/** The methods of a Durable Object namespace that are used. */
export interface ReportNamespace {
  idFromName(name: string): unknown;
  get(id: unknown): { fetch(url: string, init?: RequestInit): Promise<Response> };
}

/** There is one report, of all isolates. */
const NAME = 'report';
/** Durable Objects are called by requests; the address does not matter. */
const ADDRESS = 'https://report/';

/** An isolate sends its sums at most this often: a call for each request would cost as much as the request. */
const SEND_EVERY_MS = 1000;
/** If they have not been sent by then, the platform has ended the request that was to do it. */
const LOST_AFTER_MS = 10_000;

/**
 * Counts in this isolate, and sends sums to the Durable Object that adds up those of all.
 *
 * @param onError called when they could not be sent; they are kept for the next time
 */
export function sharedReport(
  namespace: ReportNamespace,
  onError: (error: string) => void,
): ReportKeeper {
  const sums = createReportSums();
  let sendsAtMs = -Infinity;

  // A stub belongs to the request that made it.
  const call = (query: string, init?: RequestInit) =>
    namespace.get(namespace.idFromName(NAME)).fetch(ADDRESS + query, init);

  async function send(): Promise<void> {
    const delta = sums.take();
    if (delta === null) return;
    try {
      const { ok, status } = await call('', { method: 'POST', body: JSON.stringify(delta) });
      if (!ok) throw new Error(`the Durable Object responded with ${status}`);
    } catch (error) {
      sums.merge(delta);
      onError(String(error));
    }
  }

  /** Sends within a second, for all pairs that come until then. The request that begins it waits for it. */
  async function sendSoon(): Promise<void> {
    const now = Date.now();
    if (now < sendsAtMs + LOST_AFTER_MS) return;
    sendsAtMs = now + SEND_EVERY_MS;
    await new Promise((resolve) => setTimeout(resolve, SEND_EVERY_MS));
    sendsAtMs = -Infinity;
    await send();
  }

  return {
    outcome(route, mirror, outcome, reason) {
      sums.outcome(route, mirror, outcome, reason);
      // Nobody waits for what was skipped before it was sent.
      return outcome === 'skipped' ? undefined : sendSoon();
    },
    pair(pair, kind) {
      if (kind === 'mirror') sums.pair(pair);
      else sums.baseline(pair);
      return sendSoon();
    },
    async report(filter: ReportFilter) {
      await send();
      const response = await call(`?${new URLSearchParams({ ...filter })}`);
      return (await response.json()) as Report;
    },
    async reset() {
      sums.reset();
      await call('', { method: 'DELETE' });
    },
  };
}
