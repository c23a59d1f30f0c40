import { Agent, get } from 'node:http';

/**
 * Requests each URL in turn, so many a second, whatever the response and whenever it comes.
 *
 * @returns a function that ends it, and resolves when all responses have arrived
 */
export function others(urls: readonly string[], rate: number): () => Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const asked = new Set<Promise<void>>();
  let next = 0;
  const timer = setInterval(() => {
    const url = urls[next++ % urls.length]!;
    const responded = new Promise<void>((resolve) => {
      const request = get(url, { agent }, (response) => response.resume().on('close', resolve));
      request.on('error', () => resolve());
    });
    asked.add(responded);
    void responded.then(() => asked.delete(responded));
  }, 1000 / rate);
  return async () => {
    clearInterval(timer);
    await Promise.all(asked);
    agent.destroy();
  };
}
