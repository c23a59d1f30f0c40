import { SettingError } from '../../settings/values.ts';

/** What one end can be asked: by name, a function of one JSON value to another. */
type Calls = Readonly<Record<string, (value: never) => unknown>>;

type Given<F> = F extends (value: infer V) => unknown ? V : never;
type Result<F> = F extends (value: never) => infer R ? Awaited<R> : never;

/** How messages reach the other process. */
export interface Port {
  /** Never throws: to a process that is gone nothing is sent. */
  send(message: object): void;
  onMessage(receive: (message: unknown) => void): void;
}

/** A message, as JSON. Either it asks (`call`, and `id` if a reply is wanted), or it replies to the question `reply`. */
interface Frame {
  readonly call?: string;
  readonly id?: number;
  readonly reply?: number;
  readonly value?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * One end of the channel between the supervisor and a worker. Messages arrive in the order in which they are sent, and both
 * ends may ask and be asked.
 *
 * @example
 * const channel = new Channel<WorkerCalls, SupervisorCalls>(port, { log: print });
 * await channel.ask('routes', document);
 */
export class Channel<Theirs extends Calls, Ours extends Calls> {
  readonly #port: Port;
  readonly #ours: Ours;
  readonly #pending = new Map<number, Pending>();
  #last = 0;
  #isClosed = false;

  /** @param ours what the other end may ask; called in the order of the messages */
  constructor(port: Port, ours: Ours) {
    this.#port = port;
    this.#ours = ours;
    port.onMessage((message) => this.#receive(message as Frame));
  }

  /** Asks, and wants no reply. */
  tell<K extends keyof Theirs & string>(call: K, value: Given<Theirs[K]>): void {
    if (!this.#isClosed) this.#port.send({ call, value });
  }

  /**
   * Asks. Rejects with the error that the other end met, and if it is gone or takes longer.
   *
   * @param timeoutMs default: as long as it takes
   */
  ask<K extends keyof Theirs & string>(
    call: K,
    value: Given<Theirs[K]>,
    timeoutMs?: number,
  ): Promise<Result<Theirs[K]>> {
    const id = ++this.#last;
    return new Promise<unknown>((resolve, reject) => {
      if (this.#isClosed) return reject(gone());
      this.#pending.set(id, { resolve, reject });
      this.#port.send({ call, id, value });
      if (timeoutMs === undefined) return;
      const timer = setTimeout(() => {
        if (this.#pending.delete(id)) reject(new Error(`no reply within ${timeoutMs} ms`));
      }, timeoutMs);
      timer.unref();
    }) as Promise<Result<Theirs[K]>>;
  }

  /** To be called once the other process is gone: nothing will be replied any more. */
  close(): void {
    this.#isClosed = true;
    for (const { reject } of this.#pending.values()) reject(gone());
    this.#pending.clear();
  }

  #receive(frame: Frame): void {
    if (frame.reply !== undefined) this.#settle(frame.reply, frame);
    else if (frame.call !== undefined) void this.#respond(frame.call, frame);
  }

  #settle(id: number, { value, error }: Frame): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error === undefined) pending?.resolve(value);
    else pending?.reject(errorOf(error));
  }

  async #respond(call: string, { id, value }: Frame): Promise<void> {
    let reply: Frame;
    try {
      reply = { reply: id!, value: (await this.#ours[call]!(value as never)) ?? null };
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      reply = { reply: id!, error: { name, message } };
    }
    if (id !== undefined && !this.#isClosed) this.#port.send(reply);
  }
}

function errorOf({ name, message }: { readonly name: string; readonly message: string }): Error {
  return name === 'SettingError' ? new SettingError(message) : new Error(message);
}

function gone(): Error {
  return new Error('the other process is gone');
}
