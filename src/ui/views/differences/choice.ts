import type {
  DifferenceReport,
  EndpointReport,
  ExampleReport,
  MirrorReport,
  Report,
} from '../../../compare/report/report.ts';
import { endpointName, named, type State } from './state.ts';

/** What of a report is shown in a state. */
export interface Choice {
  readonly mirror: MirrorReport;
  /** Endpoints and places of the chosen endpoint that the filters leave. */
  readonly endpoints: readonly EndpointReport[];
  readonly places: readonly DifferenceReport[];
  readonly endpoint: EndpointReport | null;
  readonly place: DifferenceReport | null;
  readonly example: ExampleReport | null;
  /** The state with all that is chosen named, for links. */
  readonly state: State;
  readonly lost: Lost | null;
}

/** What the address names and the report does not have (any more). */
export interface Lost {
  readonly what: 'Route' | 'Mirror' | 'Endpoint' | 'Place';
  readonly name: string;
}

/** Chooses what the state names, or else the first that differs. `null`: the report has no mirror. */
export function choose({ mirrors }: Report, state: State): Choice | null {
  const isAsked = state.route !== '' || state.mirror !== '';
  const wanted = isAsked ? mirrors.find((one) => isAskedFor(one, state)) : undefined;
  const mirror = wanted ?? mostDifferent(mirrors);
  if (mirror === null) return null;
  const endpoints = mirror.endpoints.filter((one) => isListed(one, state));
  const given = mirror.endpoints.find((one) => endpointName(one) === state.endpoint);
  const endpoint = unlessFiltered(given, endpoints, state) ?? firstDifferent(endpoints, state);
  const places = endpoint === null ? [] : placesOf(endpoint, state);
  const shared = endpoint?.differences.find((one) => isNamed(one, state));
  const place = unlessFiltered(shared, places, state) ?? places[0] ?? null;
  const isLost = {
    mirror: isAsked && wanted === undefined,
    endpoint: given === undefined && state.endpoint !== '',
    place: shared === undefined && state.kind !== '',
  };
  return {
    mirror,
    endpoints,
    places,
    endpoint,
    place,
    example: place?.examples[state.example - 1] ?? place?.examples[0] ?? null,
    state: fullState(state, mirror, endpoint, place),
    lost: isLost.mirror
      ? lostMirror(state, mirrors)
      : isLost.endpoint
        ? { what: 'Endpoint', name: state.endpoint }
        : isLost.place
          ? { what: 'Place', name: state.place }
          : null,
  };
}

/** A mirror is only lost by itself where its route is not. */
function lostMirror({ route, mirror }: State, mirrors: readonly MirrorReport[]): Lost {
  return route !== '' && mirrors.every((one) => one.route !== route)
    ? { what: 'Route', name: route }
    : { what: 'Mirror', name: mirror };
}

function isAskedFor({ route, mirror }: MirrorReport, state: State): boolean {
  return [route, ''].includes(state.route) && [mirror, ''].includes(state.mirror);
}

/** What is named, but not where a filter looks for something else. Noise may have become so since it was named. */
function unlessFiltered<T>(given: T | undefined, listed: readonly T[], state: State): T | null {
  const isFiltered = state.text !== '' || state.kinds.length > 0;
  return given !== undefined && (!isFiltered || listed.includes(given)) ? given : null;
}

function fullState(
  state: State,
  { route, mirror }: MirrorReport,
  endpoint: EndpointReport | null,
  place: DifferenceReport | null,
): State {
  return {
    ...state,
    route,
    mirror,
    endpoint: endpoint === null ? '' : endpointName(endpoint),
    place: place === null ? '' : named(place.place),
    kind: place?.kind ?? '',
    example: Math.min(state.example, Math.max(place?.examples.length ?? 0, 1)),
  };
}

function mostDifferent(mirrors: readonly MirrorReport[]): MirrorReport | null {
  return mirrors.toSorted((a, b) => b.different - a.different || b.pairs - a.pairs)[0] ?? null;
}

function firstDifferent(endpoints: readonly EndpointReport[], state: State): EndpointReport | null {
  return endpoints.find((one) => placesOf(one, state).length > 0) ?? endpoints[0] ?? null;
}

export function isNamed({ place, kind }: DifferenceReport, state: State): boolean {
  return named(place) === state.place && kind === state.kind;
}

/** All endpoints are listed, unless what is looked for is only in some. */
function isListed(endpoint: EndpointReport, state: State): boolean {
  if (state.kinds.length > 0 && byKind(endpoint, state).length === 0) return false;
  return (
    hasText(endpointName(endpoint), state) || byText(byKind(endpoint, state), state).length > 0
  );
}

/** The places that are listed of an endpoint: with the text, or all if it is the endpoint that has it. */
function placesOf(endpoint: EndpointReport, state: State): readonly DifferenceReport[] {
  const listed = byKind(endpoint, state);
  const found = byText(listed, state);
  return found.length === 0 && hasText(endpointName(endpoint), state) ? listed : found;
}

function byKind({ differences }: EndpointReport, { kinds, noise }: State): DifferenceReport[] {
  return differences.filter(
    ({ kind, shown }) =>
      (shown || noise === 'shown') && (kinds.length === 0 || kinds.includes(kind)),
  );
}

function byText(differences: readonly DifferenceReport[], state: State): DifferenceReport[] {
  return differences.filter(({ place }) => hasText(named(place), state));
}

function hasText(name: string, { text }: State): boolean {
  return name.toLowerCase().includes(text.toLowerCase());
}
