import { errors } from './scenes/errors.ts';
import { hostile } from './scenes/hostile.ts';
import { openTheatre, type Scene } from './scenes/scene.ts';
import { sizes } from './scenes/sizes.ts';
import { states } from './scenes/states.ts';

export type { Scene } from './scenes/scene.ts';

/** Opens the gateways of all scenes. A scene that stops its gateway is the last one. */
export async function openScenes(): Promise<{
  readonly scenes: readonly Scene[];
  close(): Promise<unknown>;
}> {
  const theatre = openTheatre();
  const scenes: Scene[] = [];
  for (const part of [sizes, hostile, states, errors]) scenes.push(...(await part(theatre)));
  return { scenes, close: theatre.close };
}
