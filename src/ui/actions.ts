import { compareOf } from '../config/compare.ts';
import type { RoutesDocument } from '../config/document.ts';
import { isDisabled, type MirrorConfig, mirrorsOf } from '../config/proxy-mirror.ts';
import { printable } from '../http/quoted.ts';

/** A change that the page can make, as the request to the control plane that makes it. */
export interface Change {
  /** What is asked before it is made. */
  readonly question: string;
  /** What it does, and what not. */
  readonly meaning: string;
  /** Label of the button. */
  readonly verb: string;
  readonly method: 'PATCH' | 'DELETE';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** The mirror that a change is about. */
interface Target {
  readonly name: string;
  /** With what it inherits from the plugin. */
  readonly config: MirrorConfig;
  /** Path of its own attributes in the admin API. */
  readonly path: string;
}

/** Makes a change of a mirror; a text says why that cannot be. */
type MirrorChange = (target: Target, query: URLSearchParams) => Change | string;

const MIRROR_CHANGES: Readonly<Record<string, MirrorChange>> = {
  pause: ({ name, path }) => ({
    question: `Pause ${name}?`,
    meaning: 'From the next request on it gets no copies. Clients notice nothing.',
    verb: 'Pause',
    method: 'PATCH',
    path: `${path}/_meta/disable`,
    body: true,
  }),
  resume: ({ name, path }) => ({
    question: `Resume ${name}?`,
    meaning: 'From the next request on it gets copies again.',
    verb: 'Resume',
    method: 'PATCH',
    path: `${path}/_meta/disable`,
    body: false,
  }),
  share({ name, path, config }, query) {
    const percent = Number(query.get('percent'));
    if (!(percent >= MIN_PERCENT && percent <= 100))
      return `share: expected ${MIN_PERCENT} to 100 percent, found ${printable(query.get('percent') ?? '')}`;
    const before = (config.sample_ratio ?? 1) * 100;
    return {
      question: `Copy ${percent} % of the requests to ${name}?`,
      meaning: `It is ${Number(before.toPrecision(4))} % now. The change is in force for the next request.`,
      verb: 'Change',
      method: 'PATCH',
      path: `${path}/sample_ratio`,
      body: Number((percent / 100).toPrecision(6)),
    };
  },
  ignore({ name, path, config }, query) {
    const place = query.get('place') ?? '';
    const compare = compareOf(config.compare);
    if (compare === null) return `${name} is not compared: there is nothing to ignore`;
    if (!place.startsWith('/')) return ignoreField(name, path, place, config);
    const given = typeof config.compare === 'object' ? config.compare : {};
    const ignored = compare.ignore.includes(place) ? compare.ignore : [...compare.ignore, place];
    return {
      ...ignoring(name, place),
      path: `${path}/compare`,
      body: { ...given, ignore: ignored },
    };
  },
};

/** The least `sample_ratio`. */
const MIN_PERCENT = 0.001;

function ignoring(name: string, place: string): Omit<Change, 'path' | 'body'> {
  return {
    question: `Ignore ${printable(place)} at ${name}?`,
    meaning:
      'Pairs that are compared from now on no longer count as different for it alone. What was counted stays: begin ' +
      'the report anew to see the difference.',
    verb: 'Ignore',
    method: 'PATCH',
  };
}

/** A field of the head, or the status; the whole body is no place that can be ignored alone. */
function ignoreField(
  name: string,
  path: string,
  place: string,
  { compare }: MirrorConfig,
): Change | string {
  const given = typeof compare === 'object' ? compare : {};
  if (place === '')
    return 'the whole body differs: "body": "none" in compare leaves bodies out, and is for you to write';
  if (place === 'status')
    return {
      ...ignoring(name, place),
      path: `${path}/compare`,
      body: { ...given, status: false },
    };
  const { headers = {} } = given;
  const next =
    'only' in headers && headers.only !== undefined
      ? { only: headers.only.filter((field) => field.toLowerCase() !== place) }
      : { ignore: [...((headers as { ignore?: readonly string[] }).ignore ?? []), place] };
  return {
    ...ignoring(name, place),
    path: `${path}/compare`,
    body: { ...given, headers: next },
  };
}

const BEGIN_ANEW: Change = {
  question: 'Begin the report anew?',
  meaning:
    'All that was counted is dropped: pairs, differences and examples of all mirrors. Metrics stay.',
  verb: 'Begin anew',
  method: 'DELETE',
  path: '/apisix/admin/report',
};

/**
 * The change that a query asks for: `do`, and for a mirror's `route` and `mirror`; a text says why there is none.
 *
 * @example changeOf(new URLSearchParams('do=pause&route=1&mirror=http://127.0.0.1:9797'), document)
 */
export function changeOf(query: URLSearchParams, document: RoutesDocument | null): Change | string {
  const what = query.get('do') ?? '';
  if (what === 'begin-anew') return BEGIN_ANEW;
  const change = Object.hasOwn(MIRROR_CHANGES, what) ? MIRROR_CHANGES[what]! : null;
  if (change === null) return `unknown change ${printable(what)}`;
  const target = targetOf(query.get('route') ?? '', query.get('mirror') ?? '', document);
  return typeof target === 'string' ? target : change(target, query);
}

function targetOf(id: string, host: string, document: RoutesDocument | null): Target | string {
  const route = document?.routes.find((one) => String(one.id) === id);
  const plugin = route?.plugins?.['proxy-mirror'];
  if (plugin === undefined)
    return `route ${printable(id)} has no mirror now: it was changed or deleted`;
  const mirrors = mirrorsOf(plugin);
  const index = mirrors.findIndex((one) => one.host === host);
  if (index < 0)
    return `route ${printable(id)} has no mirror ${printable(host)} now: it was changed`;
  const base = `/apisix/admin/routes/${encodeURIComponent(id)}/plugins/proxy-mirror`;
  // A plugin that is disabled as a whole is resumed as a whole.
  const isOwn = plugin.mirrors === undefined || isDisabled(plugin);
  return {
    name: `the mirror ${host} of route ${id}`,
    config: mirrors[index]!,
    path: isOwn ? base : `${base}/mirrors/${index}`,
  };
}
