import { NONSENSE } from '../client-endings/states.ts';
import type { Scene } from './scene.ts';
import type { State } from './states.ts';

/** What an upstream may do at any time. Over, where it is awaited, when the gateway's system knows of it. */
export type Action = (scene: Scene, state: State) => unknown;

export const ACTIONS = {
  'closes its half and reads on': ({ upstream }) =>
    new Promise<void>((done) => upstream.last().end(done)),
  closes: ({ upstream }) => void upstream.last().destroy(),
  'breaks off': ({ upstream }) => void upstream.last().resetAndDestroy(),
  'sends nonsense': ({ upstream }, { nonsense = NONSENSE }) => upstream.write(nonsense),
  'sends more than it said': ({ upstream }, { more }) => upstream.write(more!),
  'says nothing more': () => {},
} as const satisfies Readonly<Record<string, Action>>;

export type ActionName = keyof typeof ACTIONS;
