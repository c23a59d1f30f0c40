import { comparison, type Difference, type Side } from './difference.ts';
import type { Field, Message } from './message.ts';

/** Two fields that express one thing: where the body ends. */
const FRAMING: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);

/** How two messages differ in their fields: each field is compared alone, then their order. */
export function compareFields(side: Side, direct: Message, through: Message): Difference[] {
  const { found, compare } = comparison(side);
  const [before, after] = [byName(direct.fields), byName(through.fields)];
  const unchanged = new Set<string>();
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [a, b] = [before.get(name) ?? [], after.get(name) ?? []];
    const of = (part: keyof Field) =>
      [a.map((field) => field[part]), b.map((field) => field[part])] as const;
    const known = found.length;
    compare(FRAMING.has(name) ? 'framing' : 'field', ...of('value'), name);
    if (found.length > known) continue;
    unchanged.add(name);
    compare('spelling', ...of('name'), name);
    if (found.length === known) compare('spaces', ...of('line'), name);
  }
  const order = ({ fields }: Message) =>
    fields.map(({ name }) => name.toLowerCase()).filter((name) => unchanged.has(name));
  compare('order', order(direct), order(through));
  return found;
}

function byName(fields: readonly Field[]): Map<string, Field[]> {
  const all = new Map<string, Field[]>();
  for (const field of fields) {
    const name = field.name.toLowerCase();
    all.set(name, [...(all.get(name) ?? []), field]);
  }
  return all;
}
