/** A JSON value as tests build it: objects as lists of members, so that any name may occur. */
export type Value =
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'array'; readonly elements: Value[] }
  | { readonly kind: 'object'; readonly members: [name: string, value: Value][] };

const NAMES = [
  'a',
  'b',
  '',
  '~1',
  'a/b',
  '__proto__',
  'constructor',
  '0',
  '\u00fc',
  '\u{1f600}',
  '"',
];
const SCALARS = ['null', 'true', 'false', '0', '-1', '1.5', '100', '9007199254740993', '1e300'];
const TEXTS = ['', 'a', '1', '\\', '\n', '\u2028', '\u00e9', '\u{1f600}'];

/** A random value of at most `depth` levels below it. */
export function randomValue(next: () => number, depth: number): Value {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const count = Math.floor(next() * 5);
  if (depth > 0 && next() < 0.35) {
    const elements = Array.from({ length: count }, () => randomValue(next, depth - 1));
    return { kind: 'array', elements };
  }
  if (depth > 0 && next() < 0.6) {
    const names = new Set(Array.from({ length: count }, () => pick(NAMES)));
    const members = [...names].map((name): [string, Value] => [name, randomValue(next, depth - 1)]);
    return { kind: 'object', members };
  }
  return { kind: 'scalar', text: next() < 0.5 ? pick(SCALARS) : JSON.stringify(pick(TEXTS)) };
}

/** One of the many ways to write a value: members in any order, any white space, escapes and forms of numbers. */
export function written(value: Value, next: () => number): string {
  const space = () => ' \t\n\r'.slice(0, Math.floor(next() * 5)).slice(Math.floor(next() * 4));
  const list = (parts: string[]) => parts.map((part) => space() + part + space()).join(',');
  if (value.kind === 'scalar') return spelled(value.text, next);
  if (value.kind === 'array')
    return `[${list(value.elements.map((element) => written(element, next)))}${space()}]`;
  const members = value.members.map(
    ([name, inner]) => `${spelled(JSON.stringify(name), next)}${space()}:${written(inner, next)}`,
  );
  for (let i = members.length - 1; i > 0; i -= 1) {
    const other = Math.floor(next() * (i + 1));
    [members[i], members[other]] = [members[other]!, members[i]!];
  }
  return `{${list(members)}${space()}}`;
}

function spelled(scalar: string, next: () => number): string {
  if (scalar.startsWith('"'))
    return `"${Array.from(JSON.parse(scalar) as string, (char) => escaped(char, next)).join('')}"`;
  if (!/^-?\d/.test(scalar) || next() < 0.5) return scalar;
  if (/e/.test(scalar)) return scalar.replace('e', next() < 0.5 ? 'E+' : '.00e0');
  return scalar + (scalar.includes('.') ? '0e0' : '.0E-0');
}

function escaped(char: string, next: () => number): string {
  if (next() < 0.5) return JSON.stringify(char).slice(1, -1);
  return char.replaceAll(/[\s\S]/g, (unit) => {
    const digits = unit.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${next() < 0.5 ? digits : digits.toUpperCase()}`;
  });
}

/** A change of a value, and the one difference that it makes. */
export interface Change {
  readonly value: Value;
  readonly difference: string;
}

/** All changes of one part of a value. */
export function changes(value: Value, place = ''): Change[] {
  const own = [change({ kind: 'scalar', text: '"changed"' }, kindOfChange(value), place)];
  if (value.kind === 'array') return [...own, ...changesOfArray(value.elements, place)];
  return value.kind === 'object' ? [...own, ...changesOfObject(value.members, place)] : own;
}

const change = (value: Value, kind: string, place: string): Change => ({
  value,
  difference: `${place} ${kind}`,
});

function kindOfChange(value: Value): string {
  return value.kind === 'scalar' && value.text.startsWith('"') ? 'value' : 'type';
}

function changesOfArray(elements: Value[], place: string): Change[] {
  const array = (changed: Value[]): Value => ({ kind: 'array', elements: changed });
  return elements.flatMap((element, i) => {
    const [one, other] = [JSON.stringify(element), JSON.stringify(elements[i + 1])];
    const swapped = elements
      .with(i, elements[i + 1] ?? element)
      .with(Math.min(i + 1, elements.length - 1), element);
    return [
      change(array(elements.toSpliced(i, 1)), 'length', place),
      change(array(elements.toSpliced(i, 0, { kind: 'scalar', text: '"new"' })), 'length', place),
      // Equal texts are equal values. Scalars alone, as other values may be equal in other words.
      ...(other !== undefined && one !== other && element.kind !== elements[i + 1]!.kind
        ? [change(array(swapped), 'order', place)]
        : []),
      ...changes(element, `${place}/*`).map(({ value, difference }) => ({
        value: array(elements.with(i, value)),
        difference,
      })),
    ];
  });
}

function changesOfObject(members: [string, Value][], place: string): Change[] {
  const object = (changed: [string, Value][]): Value => ({ kind: 'object', members: changed });
  const at = (name: string) => `${place}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return [
    change(object([...members, ['new', { kind: 'scalar', text: '1' }]]), 'extra', at('new')),
    ...members.flatMap(([name, inner], i) => [
      change(object(members.toSpliced(i, 1)), 'missing', at(name)),
      ...changes(inner, at(name)).map(({ value, difference }) => ({
        value: object(members.with(i, [name, value])),
        difference,
      })),
    ]),
  ];
}
