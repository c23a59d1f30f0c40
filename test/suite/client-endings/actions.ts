import type { Scene } from './scene.ts';
import { NONSENSE, type State } from './states.ts';

/** What a client may do at any time. */
export type Action = (scene: Scene, state: State) => void;

export const ACTIONS = {
  'closes its half and reads on': ({ client }) => void client.socket.end(),
  'breaks off': ({ client }) => void client.socket.resetAndDestroy(),
  'sends nonsense': ({ client }, { nonsense = NONSENSE }) => client.write(nonsense),
  'sends more than it said': ({ client }, { more }) => client.write(more!),
  'says nothing more': () => {},
  'stops reading': ({ client }) => void client.socket.pause(),
} as const satisfies Readonly<Record<string, Action>>;

export type ActionName = keyof typeof ACTIONS;
