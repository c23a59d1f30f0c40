import { fieldNames } from './field-names.ts';
import type { HeaderList } from './headers.ts';
import { members } from './list.ts';

/**
 * Fields that speak of one connection and not of the message (RFC 9110 section 7.6.1), and
 * `Proxy-Connection`, which some old clients still send in place of `Connection`.
 */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

const nameOf = fieldNames(HOP_BY_HOP);

/** `Connection` values that name no further field. Nearly all traffic has one of these. */
const PLAIN_CONNECTION = /^(?:keep-alive|close|upgrade)?$/i;

/** Framing and routing of the message: a client that nominates these wants to confuse somebody. */
const NEVER_NOMINATED: readonly string[] = ['content-length', 'host'];

/** True for a field that must not be passed on. `name` in lower case. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name);
}

/**
 * Fields that a `Connection` value declares to be hop-by-hop as well, in lower case; `null` when
 * there are none.
 *
 * @example nominated('close, X-Debug') // Set { 'close', 'x-debug' }
 */
export function nominated(connection: string | undefined): ReadonlySet<string> | null {
  if (connection === undefined || PLAIN_CONNECTION.test(connection)) return null;
  const names = new Set(members(connection.toLowerCase()));
  for (const name of NEVER_NOMINATED) names.delete(name);
  return names;
}

/** The list without what belongs to one connection. Returns the same list when nothing has to go. */
export function withoutHopByHop(list: HeaderList): HeaderList {
  let connection: string | undefined;
  let found = false;
  for (let i = 0; i < list.length; i += 2) {
    const name = nameOf(list[i]!);
    if (name === '') continue;
    found = true;
    if (name === 'connection')
      connection = connection ? `${connection},${list[i + 1]!}` : list[i + 1]!;
  }
  if (!found) return list;
  const named = nominated(connection);
  const kept: HeaderList = [];
  for (let i = 0; i < list.length; i += 2) {
    const field = list[i]!;
    if (nameOf(field) !== '' || named?.has(field.toLowerCase())) continue;
    kept.push(field, list[i + 1]!);
  }
  return kept;
}
