import { documentText } from './fault.ts';

/** One thing that is wrong with a configuration. */
export interface ConfigFault {
  /** Where, from the value that was passed in inwards: `['routes', 0, 'upstream', 'nodes']`. */
  readonly path: readonly (string | number)[];
  /** What was expected, what was found, and what to do. */
  readonly message: string;
}

/**
 * Thrown for invalid configuration that a program passes in. Nothing of it is in force then. The message
 * has one line for each fault, with its place.
 *
 * @example
 * try {
 *   createGateway({ routes });
 * } catch (error) {
 *   if (error instanceof ConfigError) for (const { path, message } of error.faults) console.error(path, message);
 * }
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'ERR_INVALID_CONFIG';
  readonly faults: readonly ConfigFault[];

  /**
   * @param of the function that got the configuration
   * @param document the document that has the faults, if it is one: their lines name its routes
   */
  constructor(of: string, faults: readonly ConfigFault[], document: unknown = null) {
    const lines = documentText(faults, document);
    super(lines.length === 1 ? `${of}: ${lines[0]!}` : `${of}:\n  ${lines.join('\n  ')}`);
    this.faults = faults.map(({ path, message }) => ({ path, message }));
  }
}
