/** How many clients ask at once. */
export const CLIENTS = 16;

/** Does `request(0)` to `request(count - 1)`, by several clients, each one after the other. */
export async function crowd(
  count: number,
  request: (i: number) => Promise<void>,
  clients = CLIENTS,
): Promise<void> {
  let next = 0;
  const client = async () => {
    while (next < count) await request(next++);
  };
  await Promise.all(Array.from({ length: clients }, client));
}
