import { counted, hiddenBecause, moment, shownPlace } from '../../../compare/report/print/words.ts';
import type { DifferenceReport, EndpointReport } from '../../../compare/report/report.ts';
import { printable } from '../../../http/quoted.ts';
import { Steps } from '../../steps.tsx';
import type { Element } from '../../view.ts';
import { type Choice, isNamed } from './choice.ts';
import { Values } from './marked.tsx';
import { addressOf, endpointName, KINDS, named, type State } from './state.ts';
import { shareOf } from './summary.tsx';

/** Rows of a list; the filter finds the others. */
const MAX_ROWS = 200;

interface Props {
  readonly choice: Choice;
}

/** Endpoints; places of the chosen one; an example of the chosen place. */
export function Columns({ choice }: Props): Element {
  return (
    <div class="columns">
      <Endpoints choice={choice} />
      <Places choice={choice} />
      <Example choice={choice} />
    </div>
  );
}

function Endpoints({ choice: { endpoints, state } }: Props): Element {
  return (
    <section aria-labelledby="endpoints">
      <h2 id="endpoints">Endpoints</h2>
      {endpoints.length === 0 ? (
        <p>No endpoint has what the filter looks for.</p>
      ) : (
        <List label="Endpoints" heads={['Endpoint', 'Pairs', 'Differ']} count={endpoints.length}>
          {endpoints.slice(0, MAX_ROWS).map((endpoint) => (
            <EndpointRow endpoint={endpoint} state={state} />
          ))}
        </List>
      )}
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

function Places({ choice: { endpoint, places, state } }: Props): Element {
  return (
    <section aria-labelledby="places">
      <h2 id="places">Places that differ</h2>
      {endpoint === null && <p>None.</p>}
      {endpoint !== null && (
        <p class="quiet">
          of <bdi>{printable(endpointName(endpoint))}</bdi>
        </p>
      )}
      {endpoint !== null && <Hidden endpoint={endpoint} state={state} />}
      {endpoint !== null && places.length > 0 && (
        <List
          label="Places that differ"
          heads={['Place', 'Pairs', 'Share', 'Noise']}
          count={places.length}
        >
          {places.slice(0, MAX_ROWS).map((difference) => (
            <PlaceRow difference={difference} endpoint={endpoint} state={state} />
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
      {counted(hidden)} {hasShown && state.noise === '' && 'more '}
      {hidden === 1 ? 'does' : 'do'} not count:{' '}
      <a data-view href={addressOf(state, { noise })}>
        {verb} {hidden === 1 ? 'it' : 'them'}
      </a>
    </p>
  );
}

interface PlaceRowProps {
  readonly difference: DifferenceReport;
  readonly endpoint: EndpointReport;
  readonly state: State;
}

function PlaceRow({ difference, endpoint, state }: PlaceRowProps): Element {
  const { place, kind, count, noise } = difference;
  const { pairs, baselines } = endpoint;
  const address = addressOf(state, { place: named(place), kind, example: 1 });
  return (
    <tr>
      <th scope="row">
        <Link address={address} isChosen={isNamed(difference, state)}>
          <bdi>{nameOfPlace(difference)}</bdi>
        </Link>
        <span class="quiet"> {[kind, ...judgementOf(difference)].join(', ')}</span>
      </th>
      <td class="number">{counted(count)}</td>
      <td class="number">{shareOf(count, pairs)}</td>
      <td class="number">{shareOf(noise, baselines)}</td>
    </tr>
  );
}

function nameOfPlace(difference: DifferenceReport): string {
  return difference.rest ? 'all further places' : printable(shownPlace(difference));
}

/** Why a place does not count, or not always; nothing where it does. */
function judgementOf(difference: DifferenceReport): string[] {
  const { count, ignored } = difference;
  const hidden = hiddenBecause(difference);
  if (hidden !== null) return [hidden];
  return ignored > 0 && ignored < count ? [`counts, ignored in ${counted(ignored)}`] : [];
}

function Example({ choice: { mirror, places, place, example, state } }: Props): Element {
  return (
    <section aria-labelledby="example">
      <h2 id="example">Example</h2>
      {place === null ? (
        <p>
          {places.length === 0
            ? 'There is no place to show one of.'
            : 'Choose a place to see what both responded there.'}
        </p>
      ) : (
        <>
          <h3>
            <bdi>{nameOfPlace(place)}</bdi>: {KINDS[place.kind] ?? place.kind}
          </h3>
          {example === null ? (
            <p>
              No example was kept: <code>compare.keep</code> is 0, or there was no memory for one.
            </p>
          ) : (
            <>
              <Examples count={place.examples.length} state={state} />
              <Values primary={example.primary} mirror={example.mirror} />
              <dl>
                <dt>Request id</dt>
                <dd>
                  <code>{printable(example.request_id)}</code>
                </dd>
                <dt>Time</dt>
                <dd>{moment(example.time)}</dd>
                <dt>Path</dt>
                <dd>
                  <code>{printable(example.path)}</code>
                </dd>
              </dl>
            </>
          )}
          <dl>
            <dt>First seen</dt>
            <dd>{moment(place.first)}</dd>
            <dt>Last seen</dt>
            <dd>{moment(place.last)}</dd>
          </dl>
          <Ignoring mirror={mirror} place={place} />
        </>
      )}
    </section>
  );
}

/** Which of the examples it is, and the way to the others. */
function Examples({ count, state }: { readonly count: number; readonly state: State }): Element {
  const { example: number } = state;
  return (
    <p class="steps">
      <Steps
        previous={number > 1 ? addressOf(state, { example: number - 1 }) : null}
        next={number < count ? addressOf(state, { example: number + 1 }) : null}
      >
        {number} of {count} kept
      </Steps>
    </p>
  );
}

interface IgnoringProps {
  readonly mirror: Choice['mirror'];
  readonly place: DifferenceReport;
}

/** How a place that counts is ignored. */
function Ignoring({ mirror: { route, mirror }, place }: IgnoringProps): Element | null {
  if (place.rest || place.ignored === place.count) return null;
  if (place.place === '')
    return (
      <p class="quiet">
        A body that differs as a whole has no place to ignore: <code>"body": "none"</code> in{' '}
        <code>compare</code> leaves bodies out.
      </p>
    );
  const query = new URLSearchParams({ do: 'ignore', route, mirror, place: place.place });
  return (
    <p>
      <a class="button" data-confirm href={`/apisix/ui/confirm?${query}`}>
        Ignore this place
      </a>
    </p>
  );
}

interface LinkProps {
  readonly address: string;
  readonly isChosen: boolean;
  readonly children: Element;
}

function Link({ address, isChosen, children }: LinkProps): Element {
  return (
    <a data-view href={address} {...(isChosen && { 'aria-current': 'true' })}>
      {children}
    </a>
  );
}

interface ListProps {
  readonly label: string;
  readonly heads: readonly string[];
  /** Of all rows, with those that are left out. */
  readonly count: number;
  readonly children: Element[];
}

function List({ label, heads: [first, ...others], count, children }: ListProps): Element {
  return (
    <>
      <div class="list" tabindex={0} role="region" aria-label={`${label}: list`}>
        <table aria-label={label}>
          <thead>
            <tr>
              <th scope="col">{first}</th>
              {others.map((head) => (
                <th scope="col" class="number">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </div>
      {count > MAX_ROWS && (
        <p>{counted(count - MAX_ROWS)} more are left out: the filter above finds them.</p>
      )}
    </>
  );
}
