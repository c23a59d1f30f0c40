import type { Scene } from './scene.ts';
import { NONSENSE, type State } from './states.ts';

/** What a client may do at any time, by name. */
export type Action = (scene: Scene, state: State) => void;

export const ACTIONS = {
  'half-closes': ({ client }) => void client.socket.end(),
  resets: ({ client }) => void client.socket.resetAndDestroy(),
  'sends garbage': ({ client }, { nonsense = NONSENSE }) => client.write(nonsense),
  'sends more than announced': ({ client }, { more }) => client.write(more!),
  'goes silent': () => {},
  'stops reading': ({ client }) => void client.socket.pause(),
} as const satisfies Readonly<Record<string, Action>>;

export type ActionName = keyof typeof ACTIONS;
