/** What a {@link StoreError} says: where, what was expected, what was found, and what to do. */
export interface StoreFault {
  /** The store's name: `routes.json`, `KV binding ROUTES`. Never a full path: clients read it. */
  readonly where: string;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
}

/**
 * A document that could not be read or written. The message is fit for a client of the admin API;
 * what the system said, full paths included, is in `cause` and belongs in the log only.
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
