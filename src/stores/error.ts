/** The parts of a {@link StoreError}'s message. */
export interface StoreFault {
  /** The store's name: `routes.json`, `KV binding ROUTES`. Never a full path, because clients see it. */
  readonly where: string;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
}

/**
 * A document could not be read or written. The message may be shown to clients of the admin API. `cause` is the
 * system's error, which may contain full paths and must only be logged.
 *
 * @example
 * new StoreError({
 *   where: 'routes.json',
 *   expected: 'a JSON document',
 *   found: 'nothing',
 *   remedy: 'put the file back',
 * }).message // 'routes.json: expected a JSON document, found nothing; put the file back'
 */
export class StoreError extends Error implements StoreFault {
  override readonly name = 'StoreError';
  readonly where: string;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;

  constructor(fault: StoreFault, cause?: unknown) {
    super(
      `${fault.where}: expected ${fault.expected}, found ${fault.found}; ${fault.remedy}`,
      cause === undefined ? undefined : { cause },
    );
    this.where = fault.where;
    this.expected = fault.expected;
    this.found = fault.found;
    this.remedy = fault.remedy;
  }
}
