import { originForm } from '../http/target.ts';
import { recentEvents } from '../telemetry/recent.ts';
import { Confirmation } from './confirmation.tsx';
import { FORMS, reportFile, reportName } from './report-file.ts';
import { Shell } from './shell.tsx';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';
import type { Element, UiContext, UiSource } from './view.ts';
import { viewOf } from './views.ts';

/** What a place is asked for: the query, and with POST the fields of the form. */
type Place = (query: URLSearchParams, context: UiContext) => Response | Promise<Response>;

/** POST: with a form whose fields an address must not show. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);

/** Most bytes of a form. */
const MAX_FORM_BYTES = 64 * 1024;

/** Nothing comes from elsewhere, nothing inline is run or styled, and no other page can frame this one. */
const HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    'img-src data:',
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

const PLACES: Readonly<Record<string, Place>> = {
  '/apisix/ui': (_, { needsKey }) => html(<Shell needsKey={needsKey} />, '<!doctype html>'),
  '/apisix/ui/script.js': () => text(SCRIPT, 'text/javascript'),
  '/apisix/ui/style.css': () => text(STYLE, 'text/css'),
  '/apisix/ui/view': async (query, context) => html(await viewOf(query).render(query, context)),
  '/apisix/ui/confirm': async (query, context) => {
    // A change names a mirror by its place in the list that it will change.
    await context.refresh();
    return html(<Confirmation query={query} context={context} />);
  },
  '/apisix/ui/report.json': saved('json'),
  '/apisix/ui/report.md': saved('md'),
  '/apisix/ui/report.html': saved('html'),
};

/** Responds to a request for the page or one of its parts. */
export async function places(request: Request, source: UiSource): Promise<Response> {
  const context = contextOf(source);
  const { pathname, searchParams } = new URL(originForm(request.url), 'http://localhost');
  const place = Object.hasOwn(PLACES, pathname) ? PLACES[pathname]! : null;
  if (place === null || !METHODS.has(request.method))
    return Response.json({ error_msg: '404 Not Found' }, { status: 404 });
  if (request.method !== 'POST') return place(searchParams, context);
  const form = await formOf(request);
  if (form === null)
    return Response.json({ error_msg: 'a form: expected at most 64 KiB' }, { status: 413 });
  return place(new URLSearchParams([...searchParams, ...form]), context);
}

function contextOf({ runtime, live, telemetry, ...same }: UiSource): UiContext {
  return {
    ...same,
    runtime: runtime.name,
    refresh: live.refresh,
    isTransient: live.isTransient,
    recent: telemetry.recent(recentEvents),
  };
}

async function formOf({ body }: Request): Promise<URLSearchParams | null> {
  if (body === null) return new URLSearchParams();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_FORM_BYTES) return null;
    chunks.push(chunk);
  }
  return new URLSearchParams(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).text());
}

/** A report to be saved: even a browser that is sent there shows nothing of it in the page's origin. */
function saved(ending: keyof typeof FORMS): Place {
  return async (query, { report }) => {
    const response = text(await reportFile(ending, query, report), FORMS[ending].type);
    const name = reportName(ending, query, Date.now());
    response.headers.set('Content-Disposition', `attachment; filename="${name}"`);
    return response;
  };
}

function html(element: Element, before = ''): Response {
  return text(before + String(element), 'text/html');
}

function text(body: string, type: string): Response {
  return new Response(body, { headers: { ...HEADERS, 'Content-Type': `${type}; charset=utf-8` } });
}
