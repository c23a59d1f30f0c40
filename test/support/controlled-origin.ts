import { origin, type Origin } from './origin.ts';

/** A mirror that holds its responses, or breaks, as a test says. */
export interface Controlled extends Origin {
  mode: 'hold' | 'respond' | 'break';
  /** Number of held requests. */
  readonly waiting: number;
  /** Responds to the held requests. */
  release(): void;
}

export async function controlledOrigin(mode: Controlled['mode']): Promise<Controlled> {
  const held: (() => void)[] = [];
  const one = await origin((_, response) => {
    if (controlled.mode === 'break') response.destroy();
    else if (controlled.mode === 'respond') response.end();
    else held.push(() => response.end());
  });
  const controlled: Controlled = {
    ...one,
    mode,
    get waiting() {
      return held.length;
    },
    release: () => held.splice(0).forEach((release) => release()),
  };
  return controlled;
}
