import { nameOf } from '../../compare/report/print/words.ts';
import type { Report } from '../../compare/report/report.ts';
import { documentText } from '../../config/fault.ts';
import * as schema from '../../config/schema.ts';
import { printable, quoted } from '../../http/quoted.ts';

/** Time for the whole response. */
const TIMEOUT_MS = 30_000;
/** Largest response that is read; gateways keep less than this. */
const MAX_BYTES = 128 * 1024 * 1024;
/** Faults of a response that are named. */
const MAX_FAULTS = 3;
/** Mirrors that are named, where the one asked for is not in the report. */
const MAX_MIRRORS = 5;

/** The gateway gave no report. The message is one line and holds no key. */
export class NoReport extends Error {
  override readonly name = 'NoReport';
}

export interface Asked {
  /** Scheme, host and port of the gateway. */
  readonly gateway: URL;
  readonly adminKey: string | undefined;
  readonly route: string | undefined;
  readonly mirror: string | undefined;
}

/**
 * Asks a gateway for its report. That of a route or mirror which it does not have would look as if nothing differed, and is
 * refused; one without any mirror is not.
 *
 * @throws NoReport that says what is wrong and what to do
 */
export async function askForReport(asked: Asked): Promise<Report> {
  const report = await requestReport(asked);
  const filters = (['route', 'mirror'] as const).filter((name) => asked[name] !== undefined);
  if (report.mirrors.length > 0 || filters.length === 0) return report;
  const { mirrors } = await requestReport({ ...asked, route: undefined, mirror: undefined });
  if (mirrors.length === 0) return report;
  const given = filters.map((name) => `--${name} ${quoted(asked[name]!)}`).join(' ');
  const names = mirrors.slice(0, MAX_MIRRORS).map((one) => printable(nameOf(one)));
  const more = mirrors.length > MAX_MIRRORS ? ` and ${mirrors.length - MAX_MIRRORS} more` : '';
  throw new NoReport(
    `${asked.gateway.origin}: no mirror in the report with ${given}: expected one of ${names.join(', ')}${more}`,
  );
}

async function requestReport({ gateway, adminKey = '', route, mirror }: Asked): Promise<Report> {
  if (!/^[\t\x20-\x7e]*$/.test(adminKey))
    throw new NoReport('ADMIN_KEY: expected visible ASCII characters, found others');
  const url = new URL('/apisix/admin/report', gateway);
  if (route !== undefined) url.searchParams.set('route', route);
  if (mirror !== undefined) url.searchParams.set('mirror', mirror);
  const { status, text } = await get(url, adminKey);
  if (status === 200) return readReport(text, gateway);
  throw new NoReport(`${gateway.origin}: ${reasonOf(status, text)}`);
}

async function get(url: URL, key: string): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, {
      headers: key === '' ? {} : { 'X-API-KEY': key },
      // The key is for this gateway alone.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, text: await textOf(response) };
  } catch (error) {
    if (error instanceof NoReport) throw error;
    throw new NoReport(`${url.origin}: ${unreachable(causeOf(error))}`);
  }
}

/** Whom a certificate is not signed by, in the words of OpenSSL, BoringSSL and rustls. */
const UNTRUSTED = /self[- ]signed|unable to (?:verify|get)|UnknownIssuer/i;

function unreachable(cause: string): string {
  if (UNTRUSTED.test(cause))
    return `its certificate is not trusted: ${cause}; set NODE_EXTRA_CA_CERTS to the file of its authority, or of itself if it is self-signed`;
  if (/certificate|_CERT_/i.test(cause)) return `its certificate is not accepted: ${cause}`;
  return `no gateway responds there: ${cause}; --url says where it is`;
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new NoReport(`the report has more than ${MAX_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** `fetch` fails for a cause that it has in store: `connect ECONNREFUSED 127.0.0.1:9080`. */
function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  const inner = cause instanceof Error ? cause.message : '';
  const code = (cause as { code?: unknown } | undefined)?.code;
  return printable(inner === '' ? (typeof code === 'string' ? code : message) : inner);
}

const HINTS: Readonly<Record<number, string>> = {
  401: 'set ADMIN_KEY to the key of the gateway',
  403: 'set ADMIN_KEY here and there, or ask from its own machine',
  404: 'it knows no report: expected a proxy-mirror gateway that compares',
};

function reasonOf(status: number, text: string): string {
  const hint = HINTS[status];
  const said = status === 404 ? '' : errorIn(text);
  return [
    `status ${status}`,
    ...(said === '' ? [] : [said]),
    ...(hint === undefined ? [] : [hint]),
  ].join(': ');
}

/** The error in the body, in the form of the control plane. */
function errorIn(text: string): string {
  const body = parsed(text);
  if (!schema.isObject(body)) return '';
  const { error_msg: message, description } = body;
  return [message, description]
    .filter((part) => typeof part === 'string')
    .map(printable)
    .join(': ');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Checks that a response has what is printed of it; it may have more. */
function readReport(text: string, gateway: URL): Report {
  const value = parsed(text);
  const faults = schema.faultsOf(REPORT, value);
  if (faults.length === 0) return value as Report;
  const named = documentText(faults.slice(0, MAX_FAULTS), null).map(printable).join('; ');
  throw new NoReport(
    `${gateway.origin}: expected a report of a proxy-mirror gateway, found: ${named}`,
  );
}

type Entries<T> = Parameters<typeof schema.object<T & object>>[0];

/** An object that has at least these members. */
function having<T extends object>(entries: Entries<T>, optional: readonly string[] = []) {
  const required = Object.keys(entries).filter((name) => !optional.includes(name));
  return schema.object<T>(entries, { required, open: true });
}

const text = schema.string();
const count = schema.number(schema.atLeast(0));
const counts = schema.map(count);
const seconds = schema.typed<number | null>(
  'number',
  (value) => value === null || Number.isFinite(value),
);
const quantiles = having({ p50: seconds, p95: seconds, p99: seconds });
const REPORT = having({
  since: text,
  until: text,
  scope: text,
  mirrors: schema.list(
    having({
      route: text,
      mirror: text,
      sent: count,
      failed: counts,
      skipped: counts,
      pairs: count,
      same: count,
      different: count,
      noise_only: count,
      not_compared: counts,
      rate: having({ different: count, low: count, high: count }),
      statuses: schema.map(counts),
      latency: having({ primary: quantiles, mirror: quantiles, lag: quantiles }),
      endpoints: schema.list(
        having({
          method: text,
          path: text,
          pairs: count,
          different: count,
          baselines: count,
          differences: schema.list(
            having({
              place: text,
              kind: text,
              count,
              ignored: count,
              noise: count,
              shown: schema.boolean(),
              last: text,
              examples: schema.list(having({ request_id: text, path: text })),
            }),
          ),
        }),
      ),
    }),
  ),
});
