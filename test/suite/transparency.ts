import { afterAll, beforeAll, describe } from 'vitest';
import type { GatewayProcess, TestRuntime } from '../runtimes/runtime.ts';
import { type Respond, origin, type Origin, route } from '../support/origin.ts';
import { responses } from './transparency/responses.ts';
import { bodies } from './transparency/bodies.ts';
import { codings } from './transparency/codings.ts';
import { endings } from './transparency/endings.ts';
import { heads } from './transparency/heads.ts';
import { interimResponses } from './transparency/interim.ts';
import { killed } from './transparency/killed.ts';
import { requests } from './transparency/requests.ts';
import { trailers } from './transparency/trailers.ts';
import { whereFrom } from './transparency/where-from.ts';

/** A gateway with one route, to an upstream that responds as the current test says. */
export interface Line {
  readonly runtime: TestRuntime;
  readonly gateway: GatewayProcess;
  readonly upstream: Origin;
  respond: Respond;
}

/** The primary exchange: each side gets what the other sends. */
export function transparency(runtime: TestRuntime): void {
  let line: Line;

  beforeAll(async () => {
    const upstream = await origin((request, response) => line.respond(request, response));
    const gateway = await runtime.start({ routes: [{ ...route(upstream), id: '1' }] });
    line = { runtime, gateway, upstream, respond: (_, response) => response.end() };
  });
  afterAll(() => Promise.all([line.gateway.stop(), line.upstream.close()]));

  describe('responses', () => responses(() => line));
  describe('response heads', () => heads(runtime, () => line));
  describe('content codings', () => codings(runtime, () => line));
  describe('requests', () => requests(runtime, () => line));
  describe('request bodies', () => bodies(runtime, () => line));
  describe('where a request came from', () => whereFrom(runtime, () => line));
  describe('endings', () => endings(runtime, () => line));
  describe('trailers', () => trailers(runtime, () => line));
  describe('interim responses', () => interimResponses(runtime, () => line));
  describe('an upstream that is killed', () => killed(runtime, () => line));
}
