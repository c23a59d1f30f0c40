import { type CompareConfig, compareOf, type ComparedHeaders } from '../config/compare.ts';
import type { RoutesDocument } from '../config/document.ts';
import {
  isDisabled,
  type MirrorConfig,
  mirrorsOf,
  type ProxyMirrorConfig,
} from '../config/proxy-mirror.ts';
import { isObject } from '../config/schema.ts';
import { printable } from '../http/quoted.ts';
import { namesOf } from './names.ts';

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
  /** With what it inherits from the plugin. Not checked while it is paused. */
  readonly config: MirrorConfig;
  /** Whether its `compare` is an object of its own, and not inherited. */
  readonly hasCompare: boolean;
  readonly isPaused: boolean;
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
  share: unlessPaused(({ name, path, config }, query) => {
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
  }),
  compare: unlessPaused(({ name, path, config }) =>
    compareOf(config.compare) === null
      ? {
          question: `Compare the responses of ${name}?`,
          meaning:
            'From the next request on its responses are compared with those that clients get. Clients notice nothing.',
          verb: 'Compare',
          method: 'PATCH',
          path: `${path}/compare`,
          body: true,
        }
      : `${name} is compared already`,
  ),
  ignore: unlessPaused((target, query) => {
    const { name, config } = target;
    const place = query.get('place') ?? '';
    const compare = compareOf(config.compare);
    if (compare === null) return `${name} is not compared: there is nothing to ignore`;
    if (place === '')
      return 'the whole body differs: "body": "none" in compare leaves bodies out, and is for you to write';
    const [attribute, value] = withoutPlace(compare, place);
    return {
      question: `Ignore ${printable(place)} at ${name}?`,
      meaning:
        'Pairs that are compared from now on no longer count as different for it alone. What was counted stays: begin ' +
        'the report anew to see the difference.',
      verb: 'Ignore',
      method: 'PATCH',
      ...patchOfCompare(target, attribute, value),
    };
  }),
};

/** The least `sample_ratio`. */
const MIN_PERCENT = 0.001;

/** Makes a change only of a mirror that is not paused: what a paused one says was not checked. */
function unlessPaused(change: MirrorChange): MirrorChange {
  return (target, query) =>
    target.isPaused ? `${target.name} is paused: resume it first` : change(target, query);
}

/** The attribute of `compare` that leaves a place out: the status, a field by its name, or a JSON Pointer. */
function withoutPlace(
  { ignore, headers }: Pick<Required<CompareConfig>, 'ignore' | 'headers'>,
  place: string,
): readonly [keyof CompareConfig, unknown] {
  if (place === 'status') return ['status', false];
  return place.startsWith('/')
    ? ['ignore', [...new Set([...ignore, place])]]
    : ['headers', withoutField(headers, place)];
}

/** @param place the name in lower case */
function withoutField({ ignore = [], only }: ComparedHeaders, place: string): ComparedHeaders {
  const isOther = (field: string) => field.toLowerCase() !== place;
  return only === undefined
    ? { ignore: [...ignore.filter(isOther), place] }
    : { only: only.filter(isOther) };
}

/** Sets one attribute of `compare`. A mirror that inherits `compare`, or has `true`, gets an object of its own. */
function patchOfCompare(
  { path, config: { compare }, hasCompare }: Target,
  attribute: keyof CompareConfig,
  value: unknown,
): Pick<Change, 'path' | 'body'> {
  if (hasCompare) return { path: `${path}/compare/${attribute}`, body: value };
  const inherited = typeof compare === 'object' ? compare : {};
  return { path: `${path}/compare`, body: { ...inherited, [attribute]: value } };
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

function targetOf(id: string, name: string, document: RoutesDocument | null): Target | string {
  const route = document?.routes.find((one) => String(one.id) === id);
  const plugin = route?.plugins?.['proxy-mirror'];
  if (plugin === undefined)
    return `route ${printable(id)} has no mirror now: it was changed or deleted`;
  const isPaused = isDisabled(plugin);
  const own = isPaused || plugin.mirrors === undefined ? [plugin] : plugin.mirrors;
  const all = isPaused ? hostsIn(plugin) : mirrorsOf(plugin);
  const index = namesOf(all).indexOf(name);
  if (index < 0)
    return `route ${printable(id)} has no mirror ${printable(name)} now: it was changed`;
  const base = `/apisix/admin/routes/${encodeURIComponent(id)}/plugins/proxy-mirror`;
  return {
    name: `the mirror ${printable(name)} of route ${id}`,
    config: all[index]!,
    hasCompare: isObject(own[index]?.compare),
    isPaused: isPaused || isDisabled(own[index]),
    // A plugin that is disabled as a whole is resumed as a whole.
    path: isPaused || plugin.mirrors === undefined ? base : `${base}/mirrors/${index}`,
  };
}

/** The mirrors of a plugin that is disabled as a whole, of which nothing was checked. */
function hostsIn({ host, mirrors }: ProxyMirrorConfig): MirrorConfig[] {
  const listed: unknown[] = Array.isArray(mirrors) ? mirrors : [{ host }];
  return listed.map((one) => (isObject(one) ? one : {}) as unknown as MirrorConfig);
}
