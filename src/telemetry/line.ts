import { getJsonLinesFormatter, type LogRecord, type TextFormatter } from '@logtape/logtape';
import { inOneLine } from '../http/quoted.ts';

/** `auto`: text on a terminal, JSON elsewhere. */
export const LOG_FORMATS = ['json', 'text', 'auto'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

const json = getJsonLinesFormatter();

/** One JSON object: for programs that collect logs. */
export const jsonLine: TextFormatter = (record) =>
  json({ ...record, message: [messageOf(record)] });

/**
 * One line for people: time, level, message, and the facts that the message does not name. Facts that are lists, such
 * as the faults of a document, follow with an indented line for each entry. No value can begin a line of its own or
 * control a terminal.
 *
 * @example
 * 2026-05-04T10:12:31.402Z WARN  copy to http://127.0.0.1:9797 failed: connect  method=GET path=/cart
 */
export const textLine: TextFormatter = (record) => {
  const time = new Date(record.timestamp).toISOString();
  const level = LEVELS[record.level].padEnd(MAX_LEVEL_CHARACTERS);
  const named = templateOf(record);
  const facts = Object.entries(record.properties).filter(([name]) => !named.includes(`{${name}}`));
  const pairs = facts
    .filter(([, value]) => !Array.isArray(value))
    .map(([name, value]) => ` ${name}=${shown(value)}`);
  const entries = facts.flatMap(([, value]) => (Array.isArray(value) ? (value as unknown[]) : []));
  const first = `${time} ${level} ${messageOf(record)}${pairs.length > 0 ? ' ' : ''}${pairs.join('')}`;
  return [first, ...entries.map((entry) => `  ${inOneLine(String(entry))}`), ''].join('\n');
};

const LEVELS: Readonly<Record<LogRecord['level'], string>> = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warning: 'WARN',
  error: 'ERROR',
  fatal: 'FATAL',
};
const MAX_LEVEL_CHARACTERS = 5;

/** The message with its values as they are: LogTape would quote them and escape the quotes in them. */
function messageOf({ message }: LogRecord): string {
  return inOneLine(message.map(String).join(''));
}

function templateOf({ rawMessage }: LogRecord): string {
  return typeof rawMessage === 'string' ? rawMessage : rawMessage.join('');
}

/** Texts that need no quotes: none that could be taken for another fact. */
const PLAIN = /^[\w.:/%@+,~#?&*[\]-]+$/;

/** Of a number that is not whole: seconds have that many digits that mean something. */
const DIGITS = 3;

function shown(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value))
    return String(Number(value.toPrecision(DIGITS)));
  const text = value instanceof Error ? value.message : String(value);
  return PLAIN.test(text) ? text : inOneLine(JSON.stringify(text));
}
