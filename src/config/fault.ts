import { inOneLine, printable, quoted } from '../http/quoted.ts';

/** One error in a configuration value, with its path. */
export interface Fault {
  /** Keys and indexes from the checked value to the error: `['plugins', 'proxy-mirror', 'host']`. */
  readonly path: readonly (string | number)[];
  /** APISIX's error text; where that does not say how to correct the value, a hint in parentheses follows. */
  readonly message: string;
  /** Number of steps at the end of `path` that APISIX's message does not name. Default 0. */
  readonly hiddenSteps?: number;
  /** True where APISIX checks in code, not by schema, and its message has no prefix `invalid configuration: `. */
  readonly noPrefix?: true;
}

/** Result of a check: the same value, unchanged, or all its faults. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** `hiddenSteps` of a fault that APISIX reports without naming any property. */
export const HIDE_PATH: number = Number.MAX_SAFE_INTEGER;

/**
 * Most faults that are listed; nobody corrects more at once. Without this limit, the description of a value
 * that is wrong everywhere could be a hundred times as long as the value.
 */
export const MAX_FAULTS = 100;

const MORE: Fault = {
  path: [],
  message: `there may be more faults than these ${MAX_FAULTS}`,
  noPrefix: true,
};

/** The result of a check: `value` itself when there are no faults, else at most `MAX_FAULTS` of them. */
export function verdict<T>(value: unknown, faults: readonly Fault[]): Checked<T> {
  if (faults.length === 0) return { ok: true, value: value as T };
  if (faults.length <= MAX_FAULTS) return { ok: false, faults };
  return { ok: false, faults: [...faults.slice(0, MAX_FAULTS), MORE] };
}

/** Prefixes the path of each fault with `path`, where the checked value stands in a larger one. */
export function under(path: readonly (string | number)[], faults: readonly Fault[]): Fault[] {
  return faults.map((fault) => ({ ...fault, path: [...path, ...fault.path] }));
}

// Objects whose keys are data, not property names. APISIX's messages differ for them
// (`patternProperties` of api7/jsonschema).
const MAPS: ReadonlySet<string | number | undefined> = new Set(['labels']);

/**
 * The text of `error_msg`. For one fault it is exactly APISIX's text; several faults are joined with `; `, and
 * each prefix appears once.
 *
 * @example
 * adminText([{ path: ['priority'], message: 'wrong type: expected integer, got string' }])
 * // invalid configuration: property "priority" validation failed: wrong type: expected ...
 */
export function adminText(faults: readonly Fault[]): string {
  const usedPrefixes = new Set<string>();
  const texts = faults.map((fault) => {
    if (fault.noPrefix) return fault.message;
    const [prefix, rest] = splitPrefix(fault.path);
    const text = nestedText(rest, fault.hiddenSteps ?? 0) + fault.message;
    if (usedPrefixes.has(prefix)) return text;
    usedPrefixes.add(prefix);
    return prefix + text;
  });
  return inOneLine(texts.join('; '));
}

// APISIX checks each plugin separately: a plugin's fault has a prefix with the plugin's name and a path that
// starts inside the plugin.
function splitPrefix(path: Fault['path']): [prefix: string, rest: Fault['path']] {
  return path[0] === 'plugins' && path.length >= 2
    ? [
        `failed to check the configuration of plugin ${printable(String(path[1]))} err: `,
        path.slice(2),
      ]
    : ['invalid configuration: ', path];
}

function nestedText(path: Fault['path'], hiddenSteps: number): string {
  let text = '';
  for (let i = 0; i < path.length - hiddenSteps; i++) {
    const step = path[i]!;
    if (typeof step === 'number') text += `failed to validate item ${step + 1}: `;
    else if (MAPS.has(path[i - 1]))
      text += `failed to validate ${printable(String(step))} (matching ".*"): `;
    else text += `property ${quoted(String(step))} validation failed: `;
  }
  return text;
}

/**
 * One line per fault, for people who edit the document:
 * `routes[3] (id "7"): plugins.proxy-mirror.host: <message>`.
 *
 * @param document the checked value; only the ids of its routes are read
 * @example
 * documentText([{ path: ['routes', 0, 'uri'], message: 'wrong type: ...' }], document)
 * // ['routes[0] (id "1"): uri: wrong type: ...']
 */
export function documentText(faults: readonly Fault[], document: unknown): string[] {
  return faults.map(({ path, message }) => {
    if (path[0] !== 'routes' || typeof path[1] !== 'number')
      return inOneLine(line(pathText(path), message));
    const route = `routes[${path[1]}]${idOf(document, path[1])}`;
    return inOneLine(line(route, line(pathText(path.slice(2)), message)));
  });
}

function line(where: string, message: string): string {
  return where === '' ? message : `${where}: ${message}`;
}

function idOf(document: unknown, index: number): string {
  const id = (document as { routes?: { id?: unknown }[] } | null)?.routes?.[index]?.id;
  return typeof id === 'string' || typeof id === 'number'
    ? ` (id ${typeof id === 'string' ? quoted(id) : id})`
    : '';
}

function pathText(path: Fault['path']): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[\w$-]+$/.test(step)) text += `[${quoted(String(step))}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}
