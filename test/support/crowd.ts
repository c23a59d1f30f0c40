/** Number of concurrent clients. */
export const CLIENTS = 16;

/** Calls `request(0)` to `request(count - 1)` from several clients; each client sends one request after another. */
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
