/** Lets the event loop run, so that bytes in sockets arrive; needs no timer. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits until `condition` holds, and checks it at each turn of the event loop. The test's timeout ends it. */
export async function turnsUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await turns(1);
}

/** Waits until `amount` has stayed the same for 200 turns of the event loop. */
export async function standsStill(amount: () => number): Promise<void> {
  for (let before = NaN; before !== amount();) {
    before = amount();
    await turns(200);
  }
}
