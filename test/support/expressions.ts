import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'vitest/node';

/** A regular expression in the source. */
export interface Expression {
  /** Path below src. */
  readonly file: string;
  /** The source text. */
  readonly text: string;
  /** `null` if it depends on values that are known only at run time. */
  readonly regex: { readonly source: string; readonly flags: string } | null;
}

const src = fileURLToPath(new URL('../../src/', import.meta.url));

/** All regular expressions: literals, `RegExp(..)`, and arguments of `pattern(..)` of the schemas, which calls that. */
export function expressionsInSource(): Expression[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .toSorted()
    .flatMap((file) => expressionsOf(file, readFileSync(src + file, 'utf8')));
}

/** A node of a syntax tree (ESTree), with the members used here. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export function expressionsOf(file: string, text: string): Expression[] {
  const program = parseAst(text, { lang: 'ts' }) as unknown as Node;
  const nodes = [...nodesIn(program)];
  const values = new Map<string, Node>();
  for (const { type, id, init } of nodes)
    if (type === 'VariableDeclarator' && isNode(id) && isNode(init))
      values.set(String(id['name']), init);
  const makers = makersOf(nodes);

  return nodes.flatMap((node): Expression[] => {
    const written = text.slice(node.start, node.end);
    const { regex } = node as { regex?: { pattern: string; flags: string } };
    if (regex)
      return [{ file, text: written, regex: { source: regex.pattern, flags: regex.flags } }];
    if (!isNode(node['callee']) || !makers.has(String(node['callee']['name']))) return [];
    const [source, flags] = (node['arguments'] as Node[]).map((argument) => valueOf(argument));
    // The second argument of `pattern` is a hint, not flags.
    const flagged = node['callee']['name'] === 'RegExp' ? flags : '';
    const known = typeof source === 'string' && flagged !== null;
    return [{ file, text: written, regex: known ? { source, flags: flagged ?? '' } : null }];
  });

  /** The string value of an expression; `null` if it depends on anything but constants of the file. */
  function valueOf(node: Node | undefined): string | null {
    switch (node?.type) {
      case 'Literal':
        return String(node['value']);
      case 'Identifier':
        return valueOf(values.get(String(node['name'])));
      case 'BinaryExpression':
        return joined([valueOf(node['left'] as Node), valueOf(node['right'] as Node)]);
      case 'TemplateLiteral':
        return templateOf(node, 'cooked');
      case 'TaggedTemplateExpression':
        return templateOf(node['quasi'] as Node, 'raw');
      default:
        return null;
    }
  }

  function templateOf(node: Node, form: 'cooked' | 'raw'): string | null {
    const texts = (node['quasis'] as { value: Record<string, string> }[]).map(
      ({ value }) => value[form]!,
    );
    const inserted = (node['expressions'] as Node[]).map((one) => valueOf(one));
    return joined(texts.flatMap((one, i) => [one, i < inserted.length ? inserted[i]! : '']));
  }
}

/** Names of the functions by which a file creates expressions from strings. */
function makersOf(nodes: readonly Node[]): ReadonlySet<string> {
  const imported = nodes.some(
    ({ type, imported: name }) =>
      type === 'ImportSpecifier' && isNode(name) && name['name'] === 'pattern',
  );
  return new Set(['RegExp', ...(imported ? ['pattern'] : [])]);
}

function* nodesIn(value: unknown): Generator<Node> {
  if (typeof value !== 'object' || value === null) return;
  if (isNode(value)) yield value;
  for (const child of Object.values(value)) yield* nodesIn(child);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

function joined(parts: readonly (string | null)[]): string | null {
  return parts.includes(null) ? null : parts.join('');
}
