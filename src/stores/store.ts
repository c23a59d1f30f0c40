import type { RoutesDocument } from '../config/document.ts';

/** Where the routes document is kept. */
export interface Store {
  /** Name for messages: `routes.json`, `KV binding ROUTES`, `memory`. */
  readonly name: string;
  /** True if what is written lasts no longer than the process. Default: false. */
  readonly isTransient?: boolean;
  /**
   * Reads and checks the document. Returns the same object as before when it has not changed, and an empty
   * document when nothing was stored yet.
   * @throws StoreError when it cannot be read, is not JSON, or is not a valid document
   */
  load(): Promise<RoutesDocument>;
  /**
   * Reads, edits, checks and writes the document; concurrent updates run one after another. Resolves when the
   * new document is durable. `edit` must not modify its argument; it is called again with a newer document when
   * someone else wrote in between.
   * @throws StoreError as `load` does, and when the edited document is invalid or cannot be written; and what
   *   `edit` throws. In each case nothing was written.
   */
  update(edit: (document: RoutesDocument) => RoutesDocument): Promise<RoutesDocument>;
  /** Calls `changed` when the document may have changed from outside. Returns a function that stops watching. */
  watch?(changed: () => void): () => void;
}
