import { printable, quoted } from '../http/quoted.ts';
import { nearest } from './nearest.ts';

// APISIX's error texts (api7/jsonschema 0.9), kept so that scripts which look for them work unchanged.
// A `hint` says how to correct the value where APISIX's text does not.

/** Type name as in APISIX's texts, except that Lua's `table` is `object` or `array`, as in JSON. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  // `1e400` is Infinity, and a program may pass NaN: "expected number, got number" would confuse.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return typeof value;
}

export function wrongType(expected: string, value: unknown): string {
  return `wrong type: expected ${expected}, got ${typeName(value)}`;
}

export function missing(key: string, hint?: string): string {
  return hinted(`property ${JSON.stringify(key)} is required`, hint);
}

export function forbidden(key: string, hint?: string): string {
  return hinted(`additional properties forbidden, found ${printable(key)}`, hint);
}

export function outside(value: number, bound: string, limit: number): string {
  return `expected ${luaNumber(value)} to be ${bound} ${luaNumber(limit)}`;
}

// Formats like Lua's `%.14g`: the smallest `sample_ratio` is `1e-05` in APISIX's text.
function luaNumber(value: number): string {
  const rounded = Number(value.toPrecision(14));
  const size = Math.abs(rounded);
  const plain = size === 0 || (size >= 1e-4 && size < 1e14);
  const text = plain ? String(rounded) : rounded.toExponential();
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

export function mismatch(pattern: string, value: string, hint?: string): string {
  return hinted(`failed to match pattern ${quoted(pattern)} with ${quoted(value)}`, hint);
}

export function notInEnum(options: readonly unknown[]): string {
  const list = options.map((option) => JSON.stringify(option)).join(', ');
  return hinted('matches none of the enum values', `expected one of ${list}`);
}

/** The text of api7/jsonschema for `anyOf`, which does not name the alternatives. */
export function noneOf(hint: string): string {
  return hinted('object matches none of the required', hint);
}

/** Appends the hint, if there is one, in parentheses. */
export function hinted(text: string, hint?: string): string {
  return hint === undefined ? text : `${text} (${hint})`;
}

/** A hint for an unknown name that is near a known one. */
export function meant(name: string, known: Iterable<string>): string | undefined {
  const near = nearest(name, [...known]);
  return near === null ? undefined : `did you mean "${near}"?`;
}
