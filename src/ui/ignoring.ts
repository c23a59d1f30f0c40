import type { CompareConfig, ComparedHeaders, FullCompare } from '../config/compare.ts';

/** An attribute of `compare` with its new value. */
export type Setting = readonly [attribute: keyof CompareConfig, value: unknown];

/** What leaves a place out: the status, a field by its name, or a JSON Pointer. */
export function withoutPlace({ ignore, headers }: FullCompare, place: string): Setting {
  if (place === 'status') return ['status', false];
  return place.startsWith('/')
    ? ['ignore', [...new Set([...ignore, place])]]
    : ['headers', withoutField(headers, place)];
}

/** The reverse of {@link withoutPlace}. */
export function withPlace({ ignore, headers }: FullCompare, place: string): Setting {
  if (place === 'status') return ['status', true];
  return place.startsWith('/')
    ? ['ignore', ignore.filter((one) => one !== place)]
    : ['headers', withField(headers, place)];
}

/** Whether a place is left out by its own name: a pattern may hold it as well. */
export function isIgnored({ status, ignore, headers }: FullCompare, place: string): boolean {
  if (place === 'status') return !status;
  if (place.startsWith('/')) return ignore.includes(place);
  const { only, ignore: fields = [] } = headers;
  const isNamed = (only ?? fields).some((field) => field.toLowerCase() === place);
  return only === undefined ? isNamed : !isNamed;
}

/** @param place the name in lower case */
function withoutField({ ignore = [], only }: ComparedHeaders, place: string): ComparedHeaders {
  return only === undefined
    ? { ignore: [...without(ignore, place), place] }
    : { only: without(only, place) };
}

function withField({ ignore = [], only }: ComparedHeaders, place: string): ComparedHeaders {
  return only === undefined
    ? { ignore: without(ignore, place) }
    : { only: [...without(only, place), place] };
}

function without(fields: readonly string[], place: string): string[] {
  return fields.filter((field) => field.toLowerCase() !== place);
}
