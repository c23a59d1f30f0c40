import type { Json } from './json.ts';
import { Numeral } from './numeral.ts';

/** JSON that is the same text for equal values, and another for others. */
export function canonical(value: Json): string {
  if (value instanceof Numeral) return value.value;
  if (Array.isArray(value)) return `[${value.map((element) => canonical(element)).join()}]`;
  if (!(value instanceof Map)) return JSON.stringify(value);
  const members = [...value.keys()]
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${canonical(value.get(name)!)}`);
  return `{${members.join()}}`;
}
