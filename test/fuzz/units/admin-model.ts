export type Json = { readonly [key: string]: unknown };

/** Ids that a path can contain without escapes. */
const ID = /^[a-zA-Z0-9-_.]{1,64}$/;

/** The expected route after a write, without its times, where that is easy to say. */
export function wanted(
  { method, body = '' }: { readonly method: string; readonly body?: string },
  { pathname, search }: URL,
  before: ReadonlyMap<string, Json>,
): Json | undefined {
  const id = /^\/apisix\/admin\/routes\/([^/]+)\/*$/.exec(pathname)?.[1] ?? '';
  const change = jsonOf(body);
  if (!ID.test(id) || search !== '' || !isObject(change)) return undefined;
  const times = ['create_time', 'update_time'].some((name) => Object.hasOwn(change, name));
  if (method === 'PUT' && !times && (change['id'] ?? id) === id) return { ...change, id };
  const previous = before.get(id);
  if (method !== 'PATCH' || previous === undefined || times) return undefined;
  const patch = patched(previous, change) as Json;
  const { create_time: _created, update_time: _updated, ...rest } = patch;
  return (rest['id'] ?? id) === id ? { ...rest, id } : undefined;
}

/** The pseudocode of RFC 7396 section 2. */
function patched(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result = new Map<string, unknown>(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, patched(result.get(name), value));
  }
  return Object.fromEntries(result);
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
