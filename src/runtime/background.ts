import type { WaitUntil } from './port.ts';

/** Work that outlives its request, on runtimes whose platform does not look after it. */
export interface Background {
  readonly waitUntil: WaitUntil;
  /** Resolves once nothing is left. */
  idle(): Promise<void>;
}

export function createBackground(): Background {
  const underWay = new Set<Promise<unknown>>();
  return {
    waitUntil(work) {
      underWay.add(work);
      const remove = () => underWay.delete(work);
      work.then(remove, remove);
    },
    async idle() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}
