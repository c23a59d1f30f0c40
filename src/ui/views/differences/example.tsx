import { moment } from '../../../compare/report/print/words.ts';
import type { DifferenceReport } from '../../../compare/report/report.ts';
import { printable } from '../../../http/quoted.ts';
import { Steps } from '../../steps.tsx';
import type { Element } from '../../view.ts';
import type { Choice } from './choice.ts';
import { Values } from './marked.tsx';
import { isIgnoredNow, nameOfPlace, type PlacesProps } from './place.ts';
import { addressOf, KINDS, type State } from './state.ts';

/** The chosen place: what both responded there, and how it is ignored. */
export function Example({
  choice: { mirror, places, place, example, state },
  rules,
}: PlacesProps): Element {
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
              No example was kept:{' '}
              {rules?.keep === 0 ? (
                <>
                  <code>compare.keep</code> of this mirror is 0.
                </>
              ) : (
                <>
                  there was no memory for one, or <code>compare.keep</code> was 0.
                </>
              )}
            </p>
          ) : (
            <>
              <Examples count={place.examples.length} state={state} />
              <Values primary={example.primary} mirror={example.mirror} />
              <dl>
                <dt>Request ID</dt>
                <dd>
                  <code>{printable(example.request_id)}</code>
                </dd>
                <dt>Compared</dt>
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
          <Ignoring mirror={mirror} place={place} rules={rules} />
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

interface IgnoringProps extends Pick<PlacesProps, 'rules'> {
  readonly mirror: Choice['mirror'];
  readonly place: DifferenceReport;
}

/** How a place that counts is ignored, and how one that is ignored counts again. */
function Ignoring({ mirror, place: difference, rules }: IgnoringProps): Element | null {
  const { place, count, ignored, rest } = difference;
  const isAll = ignored === count;
  if (rest || (place === '' && isAll)) return null;
  if (place === '')
    return (
      <p class="quiet">
        A body that differs as a whole has no place to ignore: <code>"body": "none"</code> in{' '}
        <code>compare</code> leaves bodies out.
      </p>
    );
  if (isIgnoredNow(place, rules))
    return (
      <>
        {!isAll && (
          <p>
            <strong>Ignored from now on</strong>: begin the report anew to see the effect.
          </p>
        )}
        <Change what="stop-ignoring" mirror={mirror} place={place} label="Stop ignoring" />
      </>
    );
  if (isAll)
    return (
      <p class="quiet">
        What ignored it is an entry of <code>compare.ignore</code> for more than this place, or is
        gone by now.
      </p>
    );
  return <Change what="ignore" mirror={mirror} place={place} label="Ignore this place" />;
}

interface ChangeProps {
  readonly what: 'ignore' | 'stop-ignoring';
  readonly mirror: Choice['mirror'];
  readonly place: string;
  readonly label: string;
}

function Change({ what, mirror: { route, mirror, endpoints }, place, label }: ChangeProps) {
  const query = new URLSearchParams({ do: what, route, mirror, place });
  if (what === 'ignore') query.set('endpoints', String(endpoints.length));
  return (
    <p>
      <a class="button" data-confirm href={`/apisix/ui/confirm?${query}`}>
        {label}
      </a>
    </p>
  );
}
