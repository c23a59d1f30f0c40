import { inOneLine, printable, quoted } from '../http/quoted.ts';

/** One thing that is wrong with a value, and where. */
export interface Fault {
  /** From the checked value inwards: `['plugins', 'proxy-mirror', 'host']`. */
  readonly path: readonly (string | number)[];
  /** APISIX's words first, then in parentheses what to do, where those alone do not say it. */
  readonly message: string;
  /** How many of the path's last steps APISIX leaves out when it names the place. Default 0. */
  readonly hiddenSteps?: number;
  /** APISIX finds it by code, not by schema, and says it without any prefix. */
  readonly noPrefix?: true;
}

/** A value that was checked: itself, unchanged, or everything that is wrong with it. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** `climb` of a fault that APISIX reports without naming any property. */
export const HIDE_PATH: number = Number.MAX_SAFE_INTEGER;

/**
 * Most faults that are listed: more than anybody mends at once. A value that is nothing but faults would
 * else take a hundred times its size to describe.
 */
export const MOST_FAULTS = 100;

const MORE: Fault = {
  path: [],
  message: `there may be more faults than these ${MOST_FAULTS}`,
  noPrefix: true,
};

/** The verdict over `value`: valid when there are no faults. Never copies or changes the value. */
export function verdict<T>(value: unknown, faults: readonly Fault[]): Checked<T> {
  if (faults.length === 0) return { ok: true, value: value as T };
  if (faults.length <= MOST_FAULTS) return { ok: false, faults };
  return { ok: false, faults: [...faults.slice(0, MOST_FAULTS), MORE] };
}

/** The faults of a part, seen from the whole that holds it at `path`. */
export function under(path: readonly (string | number)[], faults: readonly Fault[]): Fault[] {
  return faults.map((fault) => ({ ...fault, path: [...path, ...fault.path] }));
}

// Objects whose keys are data, not property names; APISIX words faults in them differently
// (`patternProperties` of api7/jsonschema).
const MAPS: ReadonlySet<string | number | undefined> = new Set(['labels']);

/**
 * The text of `error_msg`: for one fault exactly what APISIX answers; several are joined with `; `
 * and each prefix is said once.
 *
 * @example
 * adminText([{ path: ['priority'], message: 'wrong type: expected integer, got string' }])
 * // invalid configuration: property "priority" validation failed: wrong type: expected ...
 */
export function adminText(faults: readonly Fault[]): string {
  const said = new Set<string>();
  const texts = faults.map((fault) => {
    if (fault.noPrefix) return fault.message;
    const [prefix, rest] = home(fault.path);
    const text = chain(rest, fault.hiddenSteps ?? 0) + fault.message;
    if (said.has(prefix)) return text;
    said.add(prefix);
    return prefix + text;
  });
  return inOneLine(texts.join('; '));
}

// A plugin checks its own part of a route, so its faults are named from there on.
function home(path: Fault['path']): [prefix: string, rest: Fault['path']] {
  return path[0] === 'plugins' && path.length >= 2
    ? [
        `failed to check the configuration of plugin ${printable(String(path[1]))} err: `,
        path.slice(2),
      ]
    : ['invalid configuration: ', path];
}

function chain(path: Fault['path'], hiddenSteps: number): string {
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
 * One line per fault, for people who look at a document:
 * `routes[3] (id "7"): plugins.proxy-mirror.host: <message>`.
 *
 * @param document what was checked; only the ids of its routes are read
 * @example
 * documentText([{ path: ['routes', 0, 'uri'], message: 'wrong type: ...' }], document)
 * // ['routes[0] (id "1"): uri: wrong type: ...']
 */
export function documentText(faults: readonly Fault[], document: unknown): string[] {
  return faults.map(({ path, message }) => {
    if (path[0] !== 'routes' || typeof path[1] !== 'number')
      return inOneLine(line(place(path), message));
    const route = `routes[${path[1]}]${idOf(document, path[1])}`;
    return inOneLine(line(route, line(place(path.slice(2)), message)));
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

function place(path: Fault['path']): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[\w$-]+$/.test(step)) text += `[${quoted(String(step))}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}
