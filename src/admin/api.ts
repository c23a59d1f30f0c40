import { adminText } from '../config/fault.ts';
import type { RouteConfig } from '../config/route.ts';
import type { Endpoint } from '../http/endpoint.ts';
import { printable } from '../http/quoted.ts';
import { StoreError } from '../stores/error.ts';
import { CompileError } from '../stores/live.ts';
import { type Body, readBody } from './body.ts';
import { AdminRefusal, type AdminResponse, failed, respond } from './responses.ts';
import { idSource, revisionIndex } from './revisions.ts';
import type { AdminContext, Handler, LiveDocument } from './routes/call.ts';
import { checkedWithoutId, newConfiguration } from './routes/check.ts';
import { get, patch, post, put, remove } from './routes/handlers.ts';
import { list, numberOf } from './routes/list.ts';

/** Options of {@link adminApi}. */
export interface AdminOptions {
  /** The document to read and write. */
  readonly live: LiveDocument;
  /** Called with errors whose cause a 503 or 400 must not show to the client. */
  readonly onFailure?: (error: StoreError | CompileError) => void;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

const NO_BODY: Body = { absent: true };

const HANDLERS: Readonly<Record<string, Handler>> = {
  GET: (context, call) => (call.id === null ? list : get)(context, call),
  PUT: put,
  POST: post,
  PATCH: patch,
  DELETE: remove,
};

/**
 * APISIX's admin API for routes (version v3), for all below `/apisix/admin/`.
 *
 * @example await adminApi({ live })(new Request('http://127.0.0.1:9080/apisix/admin/routes'))
 */
export function adminApi({ live, onFailure, now = Date.now }: AdminOptions): Endpoint {
  const context: AdminContext = { live, revisionsOf: revisionIndex(), nextId: idSource(), now };

  /** Revisions number the changes between documents, so the index must see each document, also on writes. */
  function observeRevisions(): void {
    const document = live.document(now());
    if (document !== null) context.revisionsOf(document);
  }

  return async (request) => {
    // APISIX sends its version only in responses of a resource's handler.
    const version: Record<string, string> = {};
    try {
      const [resource = '', ...rest] = segmentsOf(request.url);
      if (resource === 'schema' && rest[0] === 'validate')
        return await validate(live, request, rest[1]);
      if (resource !== 'routes') return respond(unsupported(resource));

      const method = request.method === 'HEAD' ? 'GET' : request.method;
      const handler = Object.hasOwn(HANDLERS, method) ? HANDLERS[method]! : null;
      if (handler === null) return methodNotAllowed('GET, HEAD, PUT, POST, PATCH, DELETE');
      const hasBody = method !== 'GET' && method !== 'DELETE';
      const body = hasBody ? await readBody(request) : NO_BODY;
      const query = new URL(request.url, 'http://localhost').searchParams;
      const ttl = ttlOf(query);

      version['X-API-VERSION'] = 'v3';
      const [id = null, ...subPath] = rest;
      observeRevisions();
      const response = await handler(context, { id, subPath, query, body, ttl });
      observeRevisions();
      return respond(response, version);
    } catch (error) {
      if (error instanceof AdminRefusal) return respond(error.response, version);
      if (error instanceof StoreError) {
        onFailure?.(error);
        return respond(failed(503, error.message), version);
      }
      if (error instanceof CompileError) {
        onFailure?.(error);
        const faults = error.faults.map((fault) => ({ ...fault, path: fault.path.slice(2) }));
        return respond(failed(400, adminText(faults)), version);
      }
      throw error;
    }
  };
}

/** `POST /schema/validate/routes`: checks like a PUT and stores nothing. */
async function validate(live: LiveDocument, request: Request, resource = ''): Promise<Response> {
  if (resource !== 'routes') return respond(unsupported(resource));
  if (request.method !== 'POST') return methodNotAllowed('POST');
  const route = checkedWithoutId(newConfiguration(await readBody(request)));
  live.check({ routes: [{ id: '0', ...route } as RouteConfig] });
  return respond({ status: 200, body: null });
}

function unsupported(resource: string): AdminResponse {
  return failed(404, `Unsupported resource type: ${printable(resource)}`);
}

/** APISIX sends nginx's 404 instead; 405 (RFC 9110 section 15.5.6) is clearer. */
function methodNotAllowed(allow: string): Response {
  return respond(failed(405, 'method not allowed'), { Allow: allow });
}

function ttlOf(query: URLSearchParams): number | null {
  const text = query.get('ttl');
  if (text === null) return null;
  const ttl = numberOf(text);
  if (ttl !== null && ttl > 0) return ttl;
  const message = 'invalid argument ttl: should be a number';
  throw new AdminRefusal(failed(400, ttl === null ? message : `${message} greater than 0`));
}

/**
 * The decoded path segments after `/admin/` of a request's URL. Slashes at the end are ignored.
 *
 * The path is split before decoding, so that `%2F` does not split a segment. A segment that cannot be decoded is
 * left unchanged; it matches no id, because ids have no `%`.
 *
 * @example segmentsOf('http://a/apisix/admin/routes/1/labels/a%2Fb') // ['routes', '1', 'labels', 'a/b']
 */
function segmentsOf(url: string): string[] {
  const { pathname } = new URL(url, 'http://localhost');
  const start = pathname.indexOf('/admin/');
  if (start === -1) return [];
  const segments = pathname.slice(start + '/admin/'.length).split('/');
  while (segments.at(-1) === '') segments.pop();
  return segments.map(decode);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
