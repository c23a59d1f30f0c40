/**
 * Waits until `condition` holds, and checks it every few milliseconds.
 * @throws when it does not hold within `timeoutMs`
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 2000,
  what = 'the condition',
): Promise<void> {
  // Not by the clock of the day, which may be set.
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error(`${what} did not hold within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
