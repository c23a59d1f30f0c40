import type { RoutesDocument } from '../config/document.ts';

/** Where a document of routes lives. */
export interface Store {
  /** For messages: `routes.json`, `KV binding ROUTES`, `memory`. */
  readonly name: string;
  /**
   * Reads and checks the document. The same object as before means that it did not change. A home with nothing in it yet is an empty table.
   * @throws StoreError when it cannot be read, is not JSON, or is not a valid document
   */
  load(): Promise<RoutesDocument>;
  /**
   * Reads, edits, checks and writes, one update after another, and resolves when the new document
   * is durable. `edit` is called again, with the newer document, when someone else wrote in
   * between; it must not change the document it is given.
   * @throws StoreError as `load`, and when the edited document is invalid or cannot be written;
   *   what `edit` throws is passed on. In each case nothing was written.
   */
  update(edit: (document: RoutesDocument) => RoutesDocument): Promise<RoutesDocument>;
  /** Calls `changed` after the document may have changed from outside. Returns the way to stop. */
  watch?(changed: () => void): () => void;
}
