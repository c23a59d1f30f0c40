export type Json = { readonly [key: string]: unknown };

/** What a write should leave, without its times, where that is easily said. */
export function wanted(
  { method, body = '' }: { readonly method: string; readonly body?: string },
  path: string,
  before: ReadonlyMap<string, Json>,
): Json | undefined {
  const [, , , , id = '', ...steps] = path.split('/');
  if (steps.some((step) => step !== '')) return undefined;
  const change = JSON.parse(body) as Json;
  if (method === 'PUT') return { ...change, id: id === '' ? change['id'] : decodeURIComponent(id) };
  if (method !== 'PATCH') return undefined;
  const {
    create_time: _created,
    update_time: _updated,
    ...rest
  } = patched(before.get(id), change) as Json;
  return rest;
}

/** RFC 7396, as its section 2 has it in pseudocode. */
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
