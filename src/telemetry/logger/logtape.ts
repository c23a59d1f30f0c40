import { configureSync, getLogger, type Sink } from '@logtape/logtape';
import type { Facts, Logger, LogLevel } from './logger.ts';

const tape = getLogger('proxy-mirror');

/**
 * The log on servers: LogTape, which programs that use the library may know already. Silent until it is configured,
 * as is usual for libraries.
 */
export const log: Logger = {
  debug: (message, facts: Facts = {}) => tape.debug(message, facts),
  info: (message, facts: Facts = {}) => tape.info(message, facts),
  warning: (message, facts: Facts = {}) => tape.warning(message, facts),
  error: (message, facts: Facts = {}) => tape.error(message, facts),
  debugs: () => tape.isEnabledFor('debug'),
};

/** Configures the log of our own commands. */
export function configureLog(level: LogLevel, sink: Sink): void {
  configureSync({
    reset: true,
    sinks: { sink },
    loggers: [
      { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: ['sink'] },
      {
        category: 'proxy-mirror',
        lowestLevel: level === 'silent' ? null : level,
        sinks: level === 'silent' ? [] : ['sink'],
      },
    ],
  });
}
