import { NONSENSE } from '../client-endings/states.ts';
import type { Scene } from './scene.ts';
import type { State } from './states.ts';

/** What an upstream may do at any time. A promise resolves once the gateway's system has received it. */
export type Action = (scene: Scene, state: State) => unknown;

export const ACTIONS = {
  'half-closes': ({ upstream }) => new Promise<void>((done) => upstream.last().end(done)),
  closes: ({ upstream }) => void upstream.last().destroy(),
  resets: ({ upstream }) => void upstream.last().resetAndDestroy(),
  'sends garbage': ({ upstream }, { nonsense = NONSENSE }) => upstream.write(nonsense),
  'sends more than announced': ({ upstream }, { more }) => upstream.write(more!),
  'goes silent': () => {},
} as const satisfies Readonly<Record<string, Action>>;

export type ActionName = keyof typeof ACTIONS;
