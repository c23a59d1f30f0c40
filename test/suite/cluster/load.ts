import { Agent, get } from 'node:http';

/** Clients that ask for the same again and again, each over a connection that it keeps. */
export class Load {
  done = 0;
  readonly failures: string[] = [];
  readonly #agent: Agent;
  readonly #clients: Promise<unknown>;
  readonly #renews: boolean;
  #isStopped = false;

  /** @param renews whether a connection is a new one now and then, which any worker may get */
  constructor(url: string, clients: number, renews = true) {
    this.#renews = renews;
    this.#agent = new Agent({ keepAlive: true, maxSockets: clients });
    this.#clients = Promise.all(Array.from({ length: clients }, () => this.#run(url)));
  }

  get failed(): number {
    return this.failures.length;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#clients;
    this.#agent.destroy();
  }

  async #run(url: string): Promise<void> {
    for (let i = 0; !this.#isStopped; i++) {
      try {
        const status = await this.#ask(url, this.#renews && i % 10 === 9);
        if (status !== 200) throw new Error(`status ${status}`);
        this.done++;
      } catch (error) {
        this.failures.push(String(error));
      }
    }
  }

  #ask(url: string, closes: boolean): Promise<number> {
    const headers = closes ? { connection: 'close' } : {};
    return new Promise((resolve, reject) => {
      const request = get(url, { agent: this.#agent, headers }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode!));
        response.on('error', reject);
      });
      request.on('error', reject);
    });
  }
}
