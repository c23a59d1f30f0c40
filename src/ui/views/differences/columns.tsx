import { counted, hiddenBecause } from '../../../compare/report/print/words.ts';
import type { DifferenceReport, EndpointReport } from '../../../compare/report/report.ts';
import { isWrite } from '../../../explain/cautions.ts';
import { printable } from '../../../http/quoted.ts';
import type { Element } from '../../view.ts';
import { type Choice, isNamed } from './choice.ts';
import { Example } from './example.tsx';
import { Link, List, MAX_ROWS } from './list.tsx';
import { isIgnoredNow, nameOfPlace, type PlacesProps } from './place.ts';
import { addressOf, endpointName, named, type State } from './state.ts';
import { shareOf } from './summary.tsx';

interface Props {
  readonly choice: Choice;
}

/** Endpoints; places of the chosen one; an example of the chosen place. */
export function Columns({ choice, rules }: PlacesProps): Element {
  if (choice.endpoints.length === 0)
    return (
      <p>
        Nothing fits the filter.{' '}
        <a data-view href={addressOf(choice.state, { text: '', kinds: [] })}>
          Clear the filter
        </a>
      </p>
    );
  return (
    <div class="columns">
      <Endpoints choice={choice} />
      <Places choice={choice} rules={rules} />
      <Example choice={choice} rules={rules} />
    </div>
  );
}

function Endpoints({ choice: { endpoints, state } }: Props): Element {
  return (
    <section aria-labelledby="endpoints">
      <h2 id="endpoints">Endpoints</h2>
      <List label="Endpoints" heads={['Endpoint', 'Pairs', 'Differ']} count={endpoints.length}>
        {endpoints.slice(0, MAX_ROWS).map((endpoint) => (
          <EndpointRow endpoint={endpoint} state={state} />
        ))}
      </List>
    </section>
  );
}

function EndpointRow({ endpoint, state }: { endpoint: EndpointReport; state: State }): Element {
  const { method, path, pairs, different } = endpoint;
  const name = endpointName(endpoint);
  const address = addressOf(state, { endpoint: name, place: '', kind: '', example: 1 });
  return (
    <tr>
      <th scope="row">
        <Link address={address} isChosen={name === state.endpoint}>
          <bdi>{`${printable(method)} ${printable(path)}`}</bdi>
        </Link>
      </th>
      <td class="number">{counted(pairs)}</td>
      <td class={`number${different > 0 ? ' bad' : ''}`}>{shareOf(different, pairs)}</td>
    </tr>
  );
}

const ORDER_OF_HIDDEN: Readonly<Record<State['noise'], string>> = {
  '': '',
  shown: '; ignored and noise last',
};

/** The method of the endpoint that holds the rest. */
const ANY = '*';

/** Whether noise is told apart elsewhere and cannot be here: nothing is asked for twice that may do something. */
function isWithoutBaseline(
  { method, baselines }: EndpointReport,
  { mirror }: Choice,
  rules: PlacesProps['rules'],
): boolean {
  if (baselines > 0 || method === ANY || !isWrite(method)) return false;
  return rules?.baseline !== undefined || mirror.endpoints.some((one) => one.baselines > 0);
}

function Places({ choice, rules }: PlacesProps): Element {
  const { endpoint, places, state } = choice;
  return (
    <section aria-labelledby="places">
      <h2 id="places">Places that differ</h2>
      {endpoint === null && <p>None.</p>}
      {endpoint !== null && (
        <p class="quiet">
          of <bdi>{printable(endpointName(endpoint))}</bdi>
          {places.length > 1 && `: status first, then by share${ORDER_OF_HIDDEN[state.noise]}`}
        </p>
      )}
      {endpoint !== null && isWithoutBaseline(endpoint, choice, rules) && (
        <p class="quiet">No baseline for writes: noise is not told apart here.</p>
      )}
      {endpoint !== null && <Hidden endpoint={endpoint} state={state} />}
      {endpoint !== null && places.length > 0 && (
        <List
          label="Places that differ"
          heads={['Place', 'Pairs', 'Share', ...(endpoint.baselines > 0 ? ['Noise'] : [])]}
          count={places.length}
        >
          {places.slice(0, MAX_ROWS).map((difference) => (
            <PlaceRow difference={difference} endpoint={endpoint} state={state} rules={rules} />
          ))}
        </List>
      )}
    </section>
  );
}

/** What the list leaves out, and how to see it. */
function Hidden({ endpoint, state }: { endpoint: EndpointReport; state: State }): Element | null {
  const hidden = endpoint.differences.filter(({ shown }) => !shown).length;
  const hasShown = hidden < endpoint.differences.length;
  if (hidden === 0) return hasShown ? null : <p>Nothing differs at this endpoint.</p>;
  const [noise, verb] = state.noise === '' ? (['shown', 'show'] as const) : (['', 'hide'] as const);
  return (
    <p>
      {hasShown ? '' : 'Nothing differs that counts. '}
      {hidden === 1 ? '1 place is' : `${counted(hidden)} places are`} ignored or noise:{' '}
      <a data-view href={addressOf(state, { noise })}>
        {verb}
      </a>
    </p>
  );
}

interface PlaceRowProps extends Pick<PlacesProps, 'rules'> {
  readonly difference: DifferenceReport;
  readonly endpoint: EndpointReport;
  readonly state: State;
}

function PlaceRow({ difference, endpoint, state, rules }: PlaceRowProps): Element {
  const { place, kind, count, noise } = difference;
  const { pairs, baselines } = endpoint;
  const address = addressOf(state, { place: named(place), kind, example: 1 });
  return (
    <tr>
      <th scope="row">
        <Link address={address} isChosen={isNamed(difference, state)}>
          <bdi>{nameOfPlace(difference)}</bdi>
        </Link>
        <span class="quiet"> {[kind, ...judgementOf(difference, rules)].join(', ')}</span>
      </th>
      <td class="number">{counted(count)}</td>
      <td class="number">{shareOf(count, pairs)}</td>
      {baselines > 0 && <td class="number">{shareOf(noise, baselines)}</td>}
    </tr>
  );
}

/** Why a place does not count, or not always or no longer; nothing where it does. */
function judgementOf(difference: DifferenceReport, rules: PlacesProps['rules']): string[] {
  const { place, count, ignored } = difference;
  const hidden = hiddenBecause(difference);
  if (hidden !== null) return [hidden];
  if (isIgnoredNow(place, rules)) return ['ignored from now on'];
  return ignored > 0 && ignored < count ? [`counts, ignored in ${counted(ignored)}`] : [];
}
