import { configureSync, getLogger, type Sink } from '@logtape/logtape';
import type { Logger, LogLevel } from './logger.ts';

/**
 * The log on servers: LogTape, which programs that use the library may know already. Silent until it is configured,
 * as is usual for libraries.
 */
export const log: Logger = getLogger('proxy-mirror');

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
