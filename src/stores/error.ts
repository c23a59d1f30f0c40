/** Which store a {@link StoreError} is about. */
export interface StorePlace {
  /** The store's name: `routes.json`, `KV binding ROUTES`. Never a full path, because clients see it. */
  readonly where: string;
  /** The full path of a file, for logs and command lines alone. */
  readonly file?: string;
}

/** The parts of a {@link StoreError}'s message. */
export interface StoreFault extends StorePlace {
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
  /**
   * What is wrong, one line for each fault, for logs and command lines: they may hold full paths. Default: one line of
   * the three parts above.
   */
  readonly faults?: readonly string[];
}

/**
 * A document could not be read or written. The message may be shown to clients of the admin API. `place`, `faults` and
 * `cause`, the system's error, may contain full paths and must only be logged.
 *
 * @example
 * new StoreError({
 *   where: 'routes.json',
 *   expected: 'a JSON document',
 *   found: 'nothing',
 *   remedy: 'put the file back',
 * }).message // 'routes.json: expected a JSON document, found nothing; put the file back'
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code = 'ERR_STORE';
  /** The full path of a file, else the store's name. */
  readonly place: string;
  readonly faults: readonly string[];

  constructor(
    { where, file = where, expected, found, remedy, faults }: StoreFault,
    cause?: unknown,
  ) {
    const text = `expected ${expected}, found ${found}; ${remedy}`;
    super(`${where}: ${text}`, cause === undefined ? undefined : { cause });
    this.place = file;
    this.faults = faults ?? [text];
  }
}
