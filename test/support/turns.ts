/** Lets the event loop turn: what is on its way through sockets arrives, and no timer is needed. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits until `condition` holds, looking at each turn of the event loop. The test's time limit ends it. */
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
