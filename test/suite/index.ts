import { describe } from 'vitest';
import { isServer, type TestRuntime } from '../runtimes/runtime.ts';
import { accounting } from './accounting.ts';
import { controlPlane } from './control-plane.ts';
import { breaker } from './breaker.ts';
import { balancing } from './balancing.ts';
import { badMirror } from './bad-mirror.ts';
import { compare } from './compare.ts';
import { copy } from './copy.ts';
import { costly } from './costly.ts';
import { flow } from './flow.ts';
import { explaining } from './explain.ts';
import { clientEndings } from './client-endings.ts';
import { limits } from './limits.ts';
import { now } from './now.ts';
import { routesKv } from './routes-kv.ts';
import { routing } from './routing.ts';
import { server } from './server.ts';
import { transparency } from './transparency.ts';
import { upstreams } from './upstream.ts';
import { upstreamEndings } from './upstream-endings.ts';
import { sampling } from './sampling.ts';
import { walkThrough } from './walk-through.ts';
import { webSockets } from './websocket.ts';
import { wire } from './wire.ts';
import type { Rule } from './wire/rule.ts';

type Part = (runtime: TestRuntime, options: BehaviourOptions) => void;

/** Each part tests one promise of the gateway. */
const PARTS: Readonly<Record<string, Part>> = {
  'a copy': copy,
  'a mirror': badMirror,
  explain: explaining,
  accounting,
  sampling: (runtime) => sampling(runtime),
  'whatever a client does': clientEndings,
  comparing: compare,
  'the view Now': now,
  limits,
  'costly inputs': costly,
  'the breaker': breaker,
  'the walk-through': walkThrough,
  'the control plane': controlPlane,
  routing,
  upstreams,
  'whatever an upstream does': upstreamEndings,
  balancing,
  transparency,
  'a WebSocket': webSockets,
  flow,
  'on the wire': (runtime, { wireRules }) => wire(runtime, wireRules),
};

export interface BehaviourOptions {
  /** Names of parts. Default: all. */
  readonly parts?: readonly string[];
  /** Further differences on the wire that are intended or unavoidable. */
  readonly wireRules?: readonly Rule[];
}

/** One behaviour suite for every runtime. */
export function behaviour(runtime: TestRuntime, options: BehaviourOptions = {}): void {
  const all: Readonly<Record<string, Part>> = {
    ...PARTS,
    ...(isServer(runtime) ? { 'a server': () => server(runtime) } : { 'routes in KV': routesKv }),
  };
  const { parts = Object.keys(all) } = options;
  describe(`on ${runtime.name}`, () => {
    for (const part of parts) describe(part, () => all[part]!(runtime, options));
  });
}
