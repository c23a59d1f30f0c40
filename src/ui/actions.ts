import { counted } from '../compare/report/print/words.ts';
import { pointerFault } from '../compare/pointer.ts';
import { compareOf, fieldToken, type FullCompare } from '../config/compare.ts';
import type { RoutesDocument } from '../config/document.ts';
import {
  isDisabled,
  type MirrorConfig,
  mirrorsOf,
  type ProxyMirrorConfig,
} from '../config/proxy-mirror.ts';
import { isObject } from '../config/schema.ts';
import { printable } from '../http/quoted.ts';
import { isIgnored, type Setting, withoutPlace, withPlace } from './ignoring.ts';
import { namesOf } from './names.ts';
import { percentOf } from './views/now/words.ts';

/** A change that the page can make, as the request to the control plane that makes it. */
export interface Change {
  /** What is asked before it is made. */
  readonly question: string;
  /** What it is about, each with its label. */
  readonly about: readonly (readonly [label: string, text: string])[];
  /** What it does, and what not. */
  readonly meaning: string;
  /** What somebody who confirms it may not have thought of. */
  readonly warning?: string;
  /** Label of the button. */
  readonly verb: string;
  /** Whether it deletes what cannot be had again. */
  readonly isFinal?: true;
  /** What is said once it was made. */
  readonly done: string;
  readonly method: 'PATCH' | 'DELETE';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** The mirror that a change is about. */
interface Target {
  /** The mirror and its route, within a sentence. */
  readonly name: string;
  readonly about: Change['about'];
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
  pause: ({ name, about, path }) => ({
    question: 'Pause this mirror?',
    about,
    meaning: 'From the next request on it gets no copies. Clients notice nothing.',
    verb: 'Pause',
    done: `Paused: ${name} gets no copies from now on.`,
    method: 'PATCH',
    path: `${path}/_meta/disable`,
    body: true,
  }),
  resume: ({ name, about, path }) => ({
    question: 'Resume this mirror?',
    about,
    meaning: 'From the next request on it gets copies again.',
    verb: 'Resume',
    done: `Resumed: ${name} gets copies again.`,
    method: 'PATCH',
    path: `${path}/_meta/disable`,
    body: false,
  }),
  share: unlessPaused(({ name, about, path, config }, query) => {
    const percent = Number(query.get('percent'));
    if (!(percent >= MIN_PERCENT && percent <= 100))
      return `share: expected ${MIN_PERCENT} to 100 percent, found ${printable(query.get('percent') ?? '')}`;
    const [before, ratio] = [config.sample_ratio ?? 1, Number((percent / 100).toPrecision(6))];
    const share = `${percentOf(ratio)} %`;
    if (ratio === before) return `The share of ${name} is ${share} already`;
    return {
      question: `Copy ${share} of the requests?`,
      about,
      meaning: `It is ${percentOf(before)} % now. The change is in force for the next request.`,
      verb: 'Change',
      done: `${share} of the requests are copied to ${name} from now on.`,
      method: 'PATCH',
      path: `${path}/sample_ratio`,
      body: ratio,
    };
  }),
  compare: unlessPaused(({ name, about, path, config }) =>
    compareOf(config.compare) === null
      ? {
          question: 'Compare the responses of this mirror?',
          about,
          meaning:
            'From the next request on its responses are compared with those that clients get. Clients notice nothing.',
          verb: 'Compare',
          done: `The responses of ${name} are compared from the next request on.`,
          method: 'PATCH',
          path: `${path}/compare`,
          body: true,
        }
      : `${name} is compared already`,
  ),
  ignore: ofPlace((target, compare, place, query) => {
    if (isIgnored(compare, place))
      return `${printable(place)} is ignored already at ${target.name}`;
    return {
      question: 'Ignore this place?',
      meaning: `At all endpoints of this mirror${soFar(query)}: pairs that are compared from now on no longer count as different for this place alone. ${ANEW}`,
      ...(place === 'status' && { warning: NO_STATUS }),
      verb: 'Ignore',
      done: `Ignored from the next pair on at ${target.name}: ${printable(place)}. ${ANEW}`,
      method: 'PATCH',
      ...patchOfCompare(target, withoutPlace(compare, place)),
    };
  }),
  'stop-ignoring': ofPlace((target, compare, place) => {
    if (!isIgnored(compare, place)) return `${printable(place)} is not ignored at ${target.name}`;
    return {
      question: 'Stop ignoring this place?',
      meaning:
        'At all endpoints of this mirror: pairs that are compared from now on count as different again where they differ there. What was counted stays.',
      verb: 'Stop ignoring',
      done: `No longer ignored from the next pair on at ${target.name}: ${printable(place)}.`,
      method: 'PATCH',
      ...patchOfCompare(target, withPlace(compare, place)),
    };
  }),
};

const ANEW = 'What was counted stays: begin the report anew to see the effect.';

const NO_STATUS =
  'No difference of statuses is listed any more then, new 5xx included: only the table "Pairs by status" still shows them.';

/** The number of endpoints is of the page that asks: a question that changed with each new one could not be confirmed. */
function soFar(query: URLSearchParams): string {
  const endpoints = Number(query.get('endpoints'));
  return Number.isSafeInteger(endpoints) && endpoints > 0
    ? ` (${counted(endpoints)} in the report so far)`
    : '';
}

/** The least `sample_ratio`. */
const MIN_PERCENT = 0.001;

/** Makes a change only of a mirror that is not paused: what a paused one says was not checked. */
function unlessPaused(change: MirrorChange): MirrorChange {
  return (target, query) =>
    target.isPaused ? `${target.name} is paused: resume it first` : change(target, query);
}

/** Makes a change of what is ignored at one place. */
function ofPlace(
  change: (
    target: Target,
    compare: FullCompare,
    place: string,
    query: URLSearchParams,
  ) => Omit<Change, 'about'> | string,
): MirrorChange {
  return unlessPaused((target, query) => {
    const compare = compareOf(target.config.compare);
    const place = inLowerCase(query.get('place') ?? '');
    if (compare === null) return `${target.name} is not compared: there is nothing to ignore`;
    if (place === '')
      return 'the whole body differs: "body": "none" in compare leaves bodies out, and is for you to write';
    const fault = place.startsWith('/') ? pointerFault(place) : fieldToken(place);
    if (fault !== undefined) return fault;
    const made = change(target, compare, place, query);
    if (typeof made === 'string') return made;
    return { ...made, about: [['Place', printable(place)], ...target.about] };
  });
}

/** The name of a field has no case, a JSON Pointer has. */
function inLowerCase(place: string): string {
  return place.startsWith('/') ? place : place.toLowerCase();
}

/** Sets one attribute of `compare`. A mirror that inherits `compare`, or has `true`, gets an object of its own. */
function patchOfCompare(
  { path, config: { compare }, hasCompare }: Target,
  [attribute, value]: Setting,
): Pick<Change, 'path' | 'body'> {
  if (hasCompare) return { path: `${path}/compare/${attribute}`, body: value };
  const inherited = typeof compare === 'object' ? compare : {};
  return { path: `${path}/compare`, body: { ...inherited, [attribute]: value } };
}

const BEGIN_ANEW: Change = {
  question: 'Drop the report of all mirrors?',
  about: [],
  meaning:
    'Pairs, differences and examples of all mirrors are deleted. This cannot be undone. Metrics stay.',
  verb: 'Delete and begin anew',
  isFinal: true,
  done: 'The report of all mirrors has begun anew.',
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

/** How a mirror is compared by the document; `null`: it is not, or is gone. A report that began earlier may not show it. */
export function rulesOf(
  route: string,
  mirror: string,
  document: RoutesDocument | null,
): FullCompare | null {
  const target = targetOf(route, mirror, document);
  if (typeof target === 'string' || target.isPaused) return null;
  return compareOf(target.config.compare);
}

function targetOf(id: string, name: string, document: RoutesDocument | null): Target | string {
  const route = document?.routes.find((one) => String(one.id) === id);
  const plugin = route?.plugins?.['proxy-mirror'];
  if (plugin === undefined)
    return `route ${printable(id)} no longer has this mirror: it was changed or deleted`;
  const isPaused = isDisabled(plugin);
  const own = isPaused || plugin.mirrors === undefined ? [plugin] : plugin.mirrors;
  const all = isPaused ? hostsIn(plugin) : mirrorsOf(plugin);
  const index = namesOf(all).indexOf(name);
  if (index < 0)
    return `route ${printable(id)} no longer has the mirror ${printable(name)}: it was changed`;
  const base = `/apisix/admin/routes/${encodeURIComponent(id)}/plugins/proxy-mirror`;
  return {
    name: `the mirror ${printable(name)} of route ${id}`,
    about: [
      ['Mirror', printable(name)],
      ['Route', id],
    ],
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
