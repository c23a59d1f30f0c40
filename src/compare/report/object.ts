import { createReportSums, type ReportSums } from './sums.ts';

/** The storage of a Durable Object, as far as it is used. */
interface Storage {
  list(options: { prefix: string }): Promise<Map<string, string>>;
  put(entries: Readonly<Record<string, string>>): Promise<void>;
  deleteAll(): Promise<void>;
  getAlarm(): Promise<number | null>;
  setAlarm(atMs: number): Promise<void>;
}

interface State {
  readonly storage: Storage;
  blockConcurrencyWhile(work: () => Promise<void>): Promise<void>;
}

/** Sums are saved so long after a change. What is counted between two saves is lost if the object dies. */
const SAVE_AFTER_MS = 5000;

const PREFIX = 'sums-';
/** A value may have 2 MiB. Its characters may take several bytes. */
const PIECE_CHARACTERS = 512 * 1024;
/** Entries that one call may put. */
const MAX_PIECES = 128;

/**
 * The Durable Object that adds up what the mirrors of all isolates responded: `POST` merges sums, `GET` responds with the
 * report, `DELETE` begins it anew.
 */
export class ReportObject {
  readonly #storage: Storage;
  readonly #sums: ReportSums = createReportSums();

  constructor(state: State) {
    this.#storage = state.storage;
    void state.blockConcurrencyWhile(() => this.#load());
  }

  async fetch(request: Request): Promise<Response> {
    switch (request.method) {
      case 'POST':
        if (!this.#sums.merge(await request.json())) return new Response(null, { status: 400 });
        await this.#saveSoon();
        return new Response(null, { status: 204 });
      case 'DELETE':
        this.#sums.reset();
        await this.#storage.deleteAll();
        return new Response(null, { status: 204 });
      default: {
        const filter = Object.fromEntries(new URL(request.url).searchParams);
        return Response.json(this.#sums.report(filter));
      }
    }
  }

  /** Called by the platform. */
  async alarm(): Promise<void> {
    const delta = this.#sums.take();
    if (delta === null) return;
    this.#sums.merge(delta);
    const text = JSON.stringify(delta);
    const pieces: Record<string, string> = {};
    for (let i = 0; i * PIECE_CHARACTERS < text.length && i < MAX_PIECES; i++)
      pieces[keyOf(i)] = text.slice(i * PIECE_CHARACTERS, (i + 1) * PIECE_CHARACTERS);
    await this.#storage.deleteAll();
    await this.#storage.put(pieces);
  }

  async #load(): Promise<void> {
    const pieces = await this.#storage.list({ prefix: PREFIX });
    if (pieces.size === 0) return;
    try {
      this.#sums.merge(JSON.parse([...pieces.values()].join('')));
    } catch {
      // Saved in part: the report begins anew.
    }
  }

  async #saveSoon(): Promise<void> {
    if ((await this.#storage.getAlarm()) === null)
      await this.#storage.setAlarm(Date.now() + SAVE_AFTER_MS);
  }
}

/** Keys are listed in order. */
function keyOf(piece: number): string {
  return `${PREFIX}${String(piece).padStart(4, '0')}`;
}
