import { compareOf } from '../config/compare.ts';
import type { RoutesDocument } from '../config/document.ts';
import { METHODS } from '../config/fields.ts';
import type { Named } from '../config/mirror-names.ts';
import { isDisabled, type MirrorConfig, mirrorsOf } from '../config/proxy-mirror.ts';
import type { RouteConfig } from '../config/route.ts';
import { inOneLine } from '../http/quoted.ts';
import { isWrite, keptBack, READS_ALONE } from './cautions.ts';
import { comparedText } from './print.ts';

/** Fields that nearly every client with an account sends. */
const USUAL_CREDENTIALS: readonly string[] = ['authorization', 'cookie'];

/** Mirrors that a line names, and lines of each kind: a document may have thousands of both. */
const MAX_MIRRORS = 3;
const MAX_LINES = 5;

/** A mirror of a route, as written in the document. */
interface Placed {
  readonly route: RouteConfig;
  readonly mirror: Named<MirrorConfig>;
}

/**
 * What is worth knowing of a valid document before it goes into force, whatever requests come: which mirrors would get
 * writes or credentials, and what would be compared. Mirrors of which the same is true share a line.
 *
 * @example
 * reviewLines(document)
 * // ['caution: writes are copied: "methods": ["GET", "HEAD"] in proxy-mirror copies reads alone (route 1 -> http://a)']
 */
export function reviewLines({ routes }: RoutesDocument): string[] {
  const placed = routes.filter(({ status }) => status !== 0).flatMap(mirrorsIn);
  return [WRITES, CREDENTIALS, COMPARED].flatMap((say) => grouped(placed, say));
}

function mirrorsIn(route: RouteConfig): Placed[] {
  const plugin = route.plugins?.['proxy-mirror'];
  if (plugin === undefined || isDisabled(plugin)) return [];
  const mirrors = mirrorsOf(plugin).filter((mirror) => !isDisabled(mirror));
  return mirrors.map((mirror) => ({ route, mirror }));
}

/** What there is to say of a mirror; `null`: nothing. */
type Say = (placed: Placed) => string | null;

const WRITES: Say = (placed) =>
  getsWrites(placed) ? `caution: writes are copied: ${READS_ALONE}` : null;

function getsWrites({ route, mirror }: Placed): boolean {
  // A condition on the method may let reads through alone.
  if (namesMethod(route.vars) || namesMethod(mirror._meta?.filter)) return false;
  const allows = ({ methods = [] }: { readonly methods?: readonly string[] }, method: string) =>
    methods.length === 0 || methods.includes(method);
  return METHODS.some(
    (method) => isWrite(method) && allows(route, method) && allows(mirror, method),
  );
}

function namesMethod(expression: unknown): boolean {
  return JSON.stringify(expression)?.includes('"request_method"') ?? false;
}

const CREDENTIALS: Say = ({ mirror: { headers = {}, redact } }) => {
  if (redact?.copy === true) return null;
  const replaced = [...(headers.remove ?? []), ...Object.keys(headers.set ?? {})];
  const kept = new Set(replaced.map((name) => name.toLowerCase()));
  const copied = USUAL_CREDENTIALS.filter((name) => !kept.has(name));
  if (copied.length === 0) return null;
  return `caution: credentials are copied, ${copied.join(', ')}: ${keptBack(copied)}`;
};

const COMPARED: Say = ({ mirror }) => {
  const compared = compareOf(mirror.compare);
  return compared === null ? null : `compared: ${comparedText(compared, mirror.redact ?? null)}`;
};

function grouped(all: readonly Placed[], say: Say): string[] {
  const mirrors = new Map<string, string[]>();
  for (const placed of all) {
    const said = say(placed);
    if (said === null) continue;
    const names = mirrors.get(said);
    const name = `route ${placed.route.id} -> ${placed.mirror.name}`;
    if (names === undefined) mirrors.set(said, [name]);
    else names.push(name);
  }
  const groups = [...mirrors];
  const hidden = groups.slice(MAX_LINES).flatMap(([, names]) => names);
  const lines = groups
    .slice(0, MAX_LINES)
    .map(([said, names]) => inOneLine(`${said} (${listed(names)})`));
  return hidden.length === 0 ? lines : [...lines, `compared: in other ways (${listed(hidden)})`];
}

function listed(names: readonly string[]): string {
  const hidden = names.length - MAX_MIRRORS;
  const more = hidden > 0 ? ` and ${hidden} more` : '';
  return `${names.slice(0, MAX_MIRRORS).join(', ')}${more}`;
}
