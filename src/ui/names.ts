import { named } from '../config/mirror-names.ts';
import { isObject } from '../config/schema.ts';

/** The names of mirrors of which nothing was checked, as of those of a paused plugin. */
export function namesOf(mirrors: readonly unknown[]): string[] {
  const placed = mirrors.map((one) => placeOf(isObject(one) ? one : {}));
  return named(placed).map(({ name }) => name);
}

function placeOf({ host, path }: Readonly<Record<string, unknown>>) {
  return { host: textOf(host), path: textOf(path) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
