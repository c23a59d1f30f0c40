import { origin, type Origin } from './origin.ts';

/** A mirror that a test keeps waiting, or breaks. */
export interface Controlled extends Origin {
  mode: 'hold' | 'answer' | 'break';
  /** Requests that are held. */
  readonly waiting: number;
  /** Answers those that are held. */
  release(): void;
}

export async function controlledOrigin(mode: Controlled['mode']): Promise<Controlled> {
  const held: (() => void)[] = [];
  const one = await origin((_, response) => {
    if (controlled.mode === 'break') response.destroy();
    else if (controlled.mode === 'answer') response.end();
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
