/** What a line is about, beside its message. A `{name}` in the message stands for the fact of that name. */
export type Facts = Readonly<Record<string, unknown>>;

type WriteLine = (message: string, facts?: Facts) => void;

/** The log, as the gateway's code uses it. Each runtime has one of the two loggers beside this file, by `#logger`. */
export interface Logger {
  readonly debug: WriteLine;
  readonly info: WriteLine;
  readonly warning: WriteLine;
  readonly error: WriteLine;
  /** True if lines of this level are written. Those at `debug` are not even made otherwise. */
  isEnabledFor(level: 'debug'): boolean;
}

export const LOG_LEVELS = ['debug', 'info', 'warning', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
