/**
 * Waits until `condition` holds, and checks it every few milliseconds.
 * @param what is awaited; a function is called when that did not come, and may say what did
 * @throws when it does not hold within `timeoutMs`
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 2000,
  what: string | (() => string) = 'the condition',
): Promise<void> {
  // Not by the clock of the day, which may be set.
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error(
        `${typeof what === 'string' ? what : what()} did not hold within ${timeoutMs} ms`,
      );
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
