import { afterAll, beforeAll, describe } from 'vitest';
import type { TestServerRuntime } from '../../runtimes/runtime.ts';
import { origin, route } from '../../support/origin.ts';
import { overHttp2 } from '../../support/over-http2.ts';
import { stage as set } from '../../support/stage.ts';
import { breaker } from '../breaker.ts';
import { pairs } from '../compare/pairs.ts';
import { secrets } from '../compare/secrets.ts';
import { bodies as copiedBodies } from '../copy/bodies.ts';
import { fidelity } from '../copy/fidelity.ts';
import { responses as mirrorResponses } from '../copy/responses.ts';
import { shape } from '../copy/shape.ts';
import { limits } from '../limits.ts';
import { sampling } from '../sampling.ts';
import type { Line } from '../transparency.ts';
import { bodies } from '../transparency/bodies.ts';
import { codings } from '../transparency/codings.ts';
import { requests } from '../transparency/requests.ts';
import { whereFrom } from '../transparency/where-from.ts';

/** Enough to find a request that is not sampled as the others. */
const SAMPLED = { requests: 500, ratios: [0.35], users: 1000 };

/**
 * What is behind the listener does not know how a request came: tests of the suite whose requests come over HTTP/2, but
 * for those that are written byte by byte. Parts that look at the connection, or at what HTTP/2 does not have (reason
 * phrases, Upgrade, statuses above 599), have tests of their own here. What becomes of pairs in thousands is asked over
 * HTTP/1.1 alone: they hold responses of upstream and mirror, whatever the client speaks.
 */
export function behindHttp2(http1: TestServerRuntime): void {
  const runtime = overHttp2(http1);
  describe('a copy', () => {
    const stage = set(runtime);
    describe('equals the primary', () => fidelity(runtime, stage));
    describe('has the body', () => copiedBodies(stage));
    describe('differs as configured', () => shape(runtime, stage));
    describe("and the mirror's response", () => mirrorResponses(runtime, stage));
  });
  describe('sampling', () => sampling(runtime, SAMPLED));
  describe('limits', () => limits(runtime));
  describe('the breaker', () => breaker(runtime));
  describe('comparing', () => {
    pairs(runtime, set(runtime));
    describe('secrets', () => secrets(runtime));
  });
  describe('transparency', () => {
    let line: Line;
    beforeAll(async () => {
      const upstream = await origin((request, response) => line.respond(request, response));
      const gateway = await runtime.start({ routes: [{ ...route(upstream), id: '1' }] });
      line = { runtime, gateway, upstream, respond: (_, response) => response.end() };
    });
    afterAll(() => Promise.all([line.gateway.stop(), line.upstream.close()]));
    describe('content codings', () => codings(runtime, () => line));
    describe('requests', () => requests(runtime, () => line));
    describe('request bodies', () => bodies(runtime, () => line));
    describe('where a request came from', () => whereFrom(runtime, () => line));
  });
}
