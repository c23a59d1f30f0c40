import { isDeepStrictEqual } from 'node:util';
import { parseDocument } from '../../../src/config/document.ts';
import { adminText } from '../../../src/config/fault.ts';
import { createGateway } from '../../../src/index.ts';
import type { Draw } from '../draw.ts';
import { BYTES } from '../mutate/bytes.ts';
import { mutatedJson } from '../mutate/json.ts';
import { ALIKE, finding, type Input, type Part, REFUSED, type Verdict } from '../part.ts';
import { ROUTES } from '../seeds/documents.ts';
import { isObject, type Json, jsonOf, wanted } from './admin-model.ts';

/** A request to the admin API. */
export interface Operation {
  readonly method: string;
  /** Without `/apisix/admin/`. */
  readonly path: string;
  readonly body?: string;
}

type Gateway = ReturnType<typeof createGateway>;
type Routes = ReadonlyMap<string, Json>;

const METHODS: readonly string[] = [
  ['PUT', 'PUT', 'PUT', 'PATCH', 'PATCH', 'PATCH', 'POST', 'GET', 'DELETE', 'HEAD', 'OPTIONS'],
  ['put', 'X'],
].flat();

const SUB_PATHS: readonly string[] = [
  ['', '', '', '/upstream', '/upstream/nodes', '/plugins', '/plugins/proxy-mirror/host'],
  ['/uris/0', '/uris/1', '/uris/9', '/uris/-', '/uri', '/methods', '/id', '/labels/a', '/vars'],
  ['/__proto__', '/__proto__/polluted', '/constructor/prototype/polluted', '/labels/__proto__'],
  ['/upstream/__proto__', '/%5f%5fproto__/polluted', '/a/b/c/d', '//', '/%2F', '/%', '/..'],
  ['/%2e%2e/2', '/\u00e9'],
].flat();

const PATHS: readonly string[] = [
  ['routes', 'schema/validate/routes', 'explain', 'routes?page=1&page_size=10', 'upstreams/1'],
  ['routes?uri=%5E%2Fa', 'routes?name=%5B', '', '../status', 'routes/1?ttl=1', 'routes/1?ttl=x'],
  ['routes/1?ttl=-1', 'routes?label=__proto__', 'routes?filter=a%3Db'],
].flat();

/** Changes that mutation rarely makes, as JSON text. */
const CHANGES: readonly string[] = [
  ['{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}'],
  ['{"upstream":null}', '{"uri":null,"uris":["/x"]}', '{"plugins":{"proxy-mirror":null}}'],
  ['{"plugins":null}', 'null', '[]', '""', '1', '{"id":"9"}', '{"create_time":1}', '{"a":1}'],
  ['{"update_time":1}', '{"update_time":null}', '{"labels":{"__proto__":"x"}}', '{}', '', '{'],
  ['{"desc":"a"}', '{"desc":null}', '{"timeout":{"connect":9}}', '{"timeout":null}', '{"vars":[]}'],
  ['{"upstream":{"nodes":{"10.0.0.9:80":1}}}', '{"labels":{"a":"b"}}', '{"labels":{"a":null}}'],
  ['{"plugins":{"proxy-mirror":{"sample_ratio":null,"timeout":1}}}', '{"priority":null}'],
].flat();

/** Operations of the admin API, one after another, on a gateway of their own. */
export class Admin implements Part {
  readonly name = 'admin';
  readonly lanes = 1;
  readonly batch = 300;

  make(draw: Draw): Input {
    const first: Operation[] = draw.chance(0.8) ? [creation(draw)] : [];
    const operations = Array.from({ length: 2 + draw.below(6) }, () => operation(draw));
    return { pieces: [...first, ...operations].map((one) => JSON.stringify(one)) };
  }

  async run({ pieces }: Input): Promise<Verdict> {
    const gateway = createGateway({ routes: [], adminKey: 'k' });
    let taken = 0;
    let before = await routesOf(gateway);
    for (const piece of pieces) {
      const asked = readOperation(piece);
      if (asked === null) continue;
      const response = await ask(gateway, asked);
      const text = await response.text();
      if (response.status >= 500) return finding(`status ${response.status}: ${text}, to ${piece}`);
      if (text !== '' && jsonOf(text) === undefined)
        return finding(`no JSON: ${text}, to ${piece}`);
      const after = await routesOf(gateway);
      const fault = stateFault(after) ?? effectFault(asked, response.status, text, before, after);
      if (fault !== null) return finding(`${fault}: after ${piece}`);
      if (response.ok) taken += 1;
      before = after;
    }
    return taken > 0 ? ALIKE : REFUSED;
  }
}

/** Creates a route, so that there is something to change. */
function creation(draw: Draw): Operation {
  const { id: _id, ...route } = draw.pick(ROUTES) as { id?: unknown };
  return { method: 'PUT', path: 'routes/1', body: JSON.stringify(route) };
}

function operation(draw: Draw): Operation {
  const method = draw.pick(METHODS);
  const id = draw.pick(['1', '1', '1', '2', 'a.b-c_d', '']);
  let path = draw.chance(0.85) ? `routes/${id}${draw.pick(SUB_PATHS)}` : draw.pick(PATHS);
  if (draw.chance(0.05)) path = draw.pick(BYTES)(path, draw);
  const { id: _id, ...route } = draw.pick(ROUTES) as { id?: unknown };
  const way = draw.next();
  if (way < 0.05) return { method, path };
  if (way < 0.35) return { method, path, body: draw.pick(CHANGES) };
  const some = Object.fromEntries(
    Object.entries(route).filter(() => way < 0.8 || draw.chance(0.4)),
  );
  return { method, path, body: way < 0.65 ? JSON.stringify(some) : mutatedJson(some, draw) };
}

function readOperation(piece: string): Operation | null {
  const read = jsonOf(piece);
  if (!isObject(read)) return null;
  const { method, path, body } = read;
  if (typeof method !== 'string' || typeof path !== 'string') return null;
  try {
    // A path that is invalid in a URL or Request cannot be sent; Request normalises the case of some methods.
    const normalised = new Request(urlOf(path), { method }).method;
    return { method: normalised, path, ...(typeof body === 'string' && { body }) };
  } catch {
    return null;
  }
}

function urlOf(path: string): URL {
  return new URL(`http://localhost/apisix/admin/${path}`);
}

async function ask(gateway: Gateway, { method, path, body }: Operation): Promise<Response> {
  const has = body !== undefined && method !== 'GET' && method !== 'HEAD';
  const init = { method, headers: { 'x-api-key': 'k' }, ...(has && { body }) };
  return gateway.fetch(new Request(urlOf(path), init));
}

async function routesOf(gateway: Gateway): Promise<Routes> {
  const response = await ask(gateway, { method: 'GET', path: 'routes' });
  const { list } = (await response.json()) as { list: { value: Json }[] };
  return new Map(list.map(({ value }) => [String(value['id']), value]));
}

/** After any operation the document must be valid, and no prototype may have changed. */
function stateFault(routes: Routes): string | null {
  for (const key in {}) return `every object has ${key} now`;
  if (({} as Json)['polluted'] !== undefined) return 'every object is polluted';
  const checked = parseDocument(JSON.stringify({ routes: [...routes.values()] }));
  return checked.ok ? null : `the document is not valid: ${adminText(checked.faults)}`;
}

/** At most one route changes, and as requested. */
function effectFault(
  asked: Operation,
  status: number,
  text: string,
  before: Routes,
  after: Routes,
): string | null {
  const ids = new Set([...before.keys(), ...after.keys()]);
  const changed = [...ids].filter((id) => !isDeepStrictEqual(before.get(id), after.get(id)));
  const stores = urlOf(asked.path).pathname.startsWith('/apisix/admin/routes');
  const writes =
    stores && ['PUT', 'POST', 'PATCH', 'DELETE'].includes(asked.method) && status < 300;
  if (changed.length > (writes ? 1 : 0))
    return `changed routes ${changed.join()} with status ${status}`;
  const due = wanted(asked, urlOf(asked.path), before);
  if (status >= 400)
    return due !== undefined && isRight(due) ? `refuses ${JSON.stringify(due)}` : null;
  if (!writes || asked.method === 'DELETE') return null;
  const { value } = jsonOf(text) as { value: Json };
  const kept = after.get(String(value['id']));
  if (!isDeepStrictEqual(value, kept)) return 'returns another route than it keeps';
  if (due === undefined || isDeepStrictEqual(due, untimed(value))) return null;
  return `keeps ${JSON.stringify(value)}, not ${JSON.stringify(due)}`;
}

function isRight(route: Json): boolean {
  return parseDocument(JSON.stringify({ routes: [route] })).ok;
}

function untimed({ create_time: _created, update_time: _updated, ...rest }: Json): Json {
  return rest;
}
