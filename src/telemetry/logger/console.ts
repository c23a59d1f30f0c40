import { inOneLine } from '../../http/quoted.ts';
import { type Facts, LOG_LEVELS, type Logger, type LogLevel } from './logger.ts';

let lowest: LogLevel = 'warning';

/**
 * The log on Workers: the console, which is the platform's log, in the JSON lines that servers write as well. Without
 * LogTape, which would be a quarter of the Worker's bundle.
 */
export const log: Logger = {
  debug: writer('debug', 'DEBUG', 'debug'),
  info: writer('info', 'INFO', 'info'),
  warning: writer('warning', 'WARN', 'warn'),
  error: writer('error', 'ERROR', 'error'),
  isEnabledFor: isWritten,
};

/** Sets the lowest level that is written. Default: `warning`. */
export function setLogLevel(level: LogLevel): void {
  lowest = level;
}

function isWritten(level: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(lowest);
}

function writer(
  level: LogLevel,
  name: string,
  method: 'debug' | 'info' | 'warn' | 'error',
): Logger['info'] {
  return (message, facts = {}) => {
    if (!isWritten(level)) return;
    const line = {
      '@timestamp': new Date().toISOString(),
      level: name,
      message: filled(message, facts),
      logger: 'proxy-mirror',
      properties: facts,
    };
    console[method](JSON.stringify(line));
  };
}

function filled(message: string, facts: Facts): string {
  return inOneLine(message.replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name])));
}
