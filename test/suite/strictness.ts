import { afterAll, beforeAll, describe } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../runtimes/runtime.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { advisories } from './strictness/advisories.ts';
import { headSize, requestLimits } from './strictness/limits.ts';
import { slowSenders } from './strictness/slow.ts';
import { smuggling } from './strictness/smuggling.ts';

/** A gateway in front of an upstream that remembers each request. */
export interface Wire {
  readonly gateway: GatewayProcess;
  readonly upstream: Origin;
}

/** What a client may put on the wire: on every server runtime the listener is ours. */
export function strictness(runtime: TestServerRuntime): void {
  let wire: Wire;
  beforeAll(async () => {
    const upstream = await origin(({ method, url, body }, response) =>
      response.end(`${method} ${url} ${body}\n`),
    );
    wire = {
      upstream,
      gateway: await runtime.start({ routes: [{ ...route(upstream), id: '1' }] }),
    };
  });
  afterAll(() => Promise.all([wire.gateway.stop(), wire.upstream.close()]));

  describe('smuggling', () => smuggling(() => wire));
  describe('advisories', () => advisories(() => wire));
  describe('limits', () => requestLimits(() => wire));
  describe('MAX_HEAD_SIZE', () => headSize(runtime));
  describe('slow senders', () => slowSenders(() => wire));
}
