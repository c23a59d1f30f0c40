import { METHODS } from '../../http/methods.ts';
import { percentDecoded } from '../../http/percent.ts';
import { originForm } from '../../http/target.ts';
import { ANY_DEPTH } from '../pointer.ts';
import { idKind } from './ids.ts';

/** Segments of a path that are told apart; what follows them is `...`. */
const MAX_SEGMENTS = 16;
/** Characters of an endpoint's path, of a place, and of a path in an example. */
const MAX_CHARACTERS = 256;

/** Most segments are words, which need no closer look. */
const WORD = /^[A-Za-z.]{0,64}$/;
/** Characters that separate the parts of a segment: `1,2,3`, `Users(42)`, `a;jsessionid=...`. */
const SEPARATORS = /([,:;=()'!@+$&|/])/;
/** What stands before an id: up to two words, or letters before a long number. */
const PREFIXES: readonly RegExp[] = [
  /^([a-z]{2,}[-_](?:[a-z]{2,}[-_])?)/,
  /^([a-z]{2,}[-_])/i,
  /^([a-z]{1,12})\d{4,}$/i,
];
/** Versions of an API, which are few: `v1`, `v1.2`. */
const API_VERSION = /^v\d+(?:\.\d+)?$/i;
/** `12345-how-to-cook-rice` */
const NUMBERED_TITLE = /^\d{3,}[-_][a-z]/i;
/** More words than this are a title, of which there are many. */
const MAX_WORDS = 4;

/** The method of an endpoint: clients can make up any number of others. */
export function endpointMethod(method: string): string {
  return METHODS.has(method) ? method : 'OTHER';
}

/** The path of a target without its query, at most 256 characters. */
export function pathOf(target: string): string {
  const path = originForm(target);
  const question = path.indexOf('?');
  return cut(question === -1 ? path : path.slice(0, question));
}

/**
 * The path of an endpoint: segments that look like ids, dates or titles are replaced by their kind, so that all requests
 * for one resource have the same path.
 *
 * @param target path and query as received
 * @example endpointPath('/users/42/orders/0b2d9c5e-7f53-4d7e-9d4c-0f4c2e1a9b11?x=1') // '/users/{n}/orders/{uuid}'
 */
export function endpointPath(target: string): string {
  const path = originForm(target);
  const question = path.indexOf('?');
  const segments = (question === -1 ? path : path.slice(0, question)).split('/', MAX_SEGMENTS + 2);
  const known = segments.slice(0, MAX_SEGMENTS + 1).map(segmentTemplate);
  if (segments.length > known.length) known.push('...');
  return cut(known.join('/'));
}

/**
 * The place of a difference as it is counted. Names in a JSON Pointer that look like ids are `*`, as indices are: an object
 * whose names are ids would have a place for each of them.
 *
 * @example countedPlace('/prices/0b2d9c5e-7f53-4d7e-9d4c-0f4c2e1a9b11') // '/prices/*'
 */
export function countedPlace(place: string): string {
  if (!place.startsWith('/')) return cut(place);
  const names = cutPointer(place).split('/');
  return names.map((name) => (idKind(name) === null ? name : '*')).join('/');
}

/** Cut between names: what it is cut to matches all that is within. */
function cutPointer(place: string): string {
  if (place.length <= MAX_CHARACTERS) return place;
  const more = `/${ANY_DEPTH}`;
  return place.slice(0, place.lastIndexOf('/', MAX_CHARACTERS - more.length)) + more;
}

function segmentTemplate(segment: string): string {
  if (WORD.test(segment)) return segment;
  const text = percentDecoded(segment);
  const whole = idTemplate(text) ?? (isProse(text) ? '{slug}' : null);
  if (whole !== null) return whole;
  const parts = text.split(SEPARATORS);
  const replaced = parts.map(partTemplate);
  return replaced.every((part, i) => part === parts[i]) ? segment : withoutRepeats(replaced);
}

/** True for texts in words: `how-to-cook-rice-at-home`, `hello world`. */
function isProse(text: string): boolean {
  return /\s/.test(text) || NUMBERED_TITLE.test(text) || text.split(/[-_]/).length > MAX_WORDS;
}

function partTemplate(part: string): string {
  if (API_VERSION.test(part)) return part;
  const whole = idTemplate(part);
  if (whole !== null || !part.includes('.')) return whole ?? part;
  return part
    .split('.')
    .map((word) => idTemplate(word) ?? word)
    .join('.');
}

/** `{n}`, `order-{n}` and the like; `null` for a text that does not look like an id. */
function idTemplate(text: string): string | null {
  const kind = idKind(text);
  // A prefix tells more: letters before a token could be part of it.
  if (kind !== null && kind !== 'token') return `{${kind}}`;
  for (const pattern of PREFIXES) {
    const prefix = pattern.exec(text)?.[1];
    const kindBehind = prefix === undefined ? null : idKind(text.slice(prefix.length));
    if (kindBehind !== null) return `${prefix}{${kindBehind}}`;
  }
  return kind === null ? null : '{token}';
}

/** Joins the parts of a list, `{n},{n},{n}`, as `{n},...`: lists of all lengths belong to one endpoint. */
function withoutRepeats(parts: readonly string[]): string {
  let joined = '';
  let isRepeat = false;
  for (let i = 0; i < parts.length; i += 2) {
    const [separator, part] = [parts[i - 1] ?? '', parts[i]!];
    const wasRepeat = isRepeat;
    isRepeat = separator === ',' && part.startsWith('{') && part === parts[i - 2];
    if (!isRepeat) joined += separator + part;
    else if (!wasRepeat) joined += ',...';
  }
  return joined;
}

function cut(text: string): string {
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}...` : text;
}
