import type { WaitUntil } from './port.ts';

/** Work that outlives its request, on runtimes whose platform does not look after it. */
export interface Background {
  readonly waitUntil: WaitUntil;
  /** Resolves once nothing is left. */
  idle(): Promise<void>;
}

export function createBackground(): Background {
  let underWay = 0;
  let waiting: (() => void)[] = [];
  function over(): void {
    underWay -= 1;
    if (underWay > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  }
  return {
    waitUntil(work) {
      underWay += 1;
      work.then(over, over);
    },
    async idle() {
      while (underWay > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}
