import { moment } from '../../compare/report/print/words.ts';
import type { Report } from '../../compare/report/report.ts';
import { printable } from '../../http/quoted.ts';
import { originOf } from '../origin.ts';
import { FORMS } from '../report-file.ts';
import { rulesOf } from '../actions.ts';
import { Unbroken } from '../unbroken.tsx';
import type { Element, UiContext, View } from '../view.ts';
import { type Choice, choose, type Lost } from './differences/choice.ts';
import { Columns } from './differences/columns.tsx';
import { Filters } from './differences/filters.tsx';
import { NoPair, NothingCompared } from './differences/nothing.tsx';
import { addressOf, type State, stateOf } from './differences/state.ts';
import { Summary } from './differences/summary.tsx';

/** Time between two reports. */
const EVERY_MS = 3000;
/** Making reports takes at most about this share of the time of a gateway. */
const MAX_SHARE = 0.01;

/** What the mirrors responded differently: the report of comparisons, as it grows. */
export const differencesView: View = {
  title: 'Differences',
  async render(query, context) {
    const startedMs = performance.now();
    const report = await context.report.report({});
    const choice = choose(report, stateOf(query));
    const tookMs = performance.now() - startedMs;
    const everyMs = Math.max(EVERY_MS, Math.round(tookMs / MAX_SHARE));
    return (
      <section data-title="Differences" data-every={everyMs}>
        <div class="head">
          <h1>What mirrors responded differently</h1>
        </div>
        {choice === null ? (
          <NothingCompared
            inForce={context.inForce}
            needsKey={context.needsKey}
            origin={originOf(query)}
            since={report.since}
          />
        ) : (
          <Differences report={report} choice={choice} inForce={context.inForce} />
        )}
      </section>
    );
  },
};

interface Props extends Pick<UiContext, 'inForce'> {
  readonly report: Report;
  readonly choice: Choice;
}

function Differences({ report, choice, inForce }: Props): Element {
  const { mirror } = choice;
  const rules = rulesOf(mirror.route, mirror.mirror, inForce()?.document ?? null);
  return (
    <>
      <NotFound report={report} choice={choice} />
      <Summary report={report} mirror={mirror} />
      <Filters report={report} choice={choice} />
      {mirror.pairs === 0 ? <NoPair mirror={mirror} /> : <Columns choice={choice} rules={rules} />}
      <ReportActions choice={choice} />
    </>
  );
}

/** Somebody shared an address whose report has begun anew since. */
function NotFound({ report, choice: { lost, state } }: Omit<Props, 'inForce'>): Element | null {
  if (lost === null) return null;
  const { what, name } = lost;
  const shown = SHOWN[what](state);
  return (
    <p role="note">
      {what} <bdi>{printable(name)}</bdi> is not in this report, which began at{' '}
      <Unbroken text={moment(report.since)} />.{shown !== null && <> Shown instead: {shown}.</>}{' '}
      <a class="together" data-view href={addressOf(state)}>
        Keep what is shown
      </a>
    </p>
  );
}

/** What is shown instead of what is lost; `null`: nothing. */
const SHOWN: Readonly<Record<Lost['what'], (state: State) => Element | null>> = {
  Route: ({ route }) => <>route {named(route)}</>,
  Mirror: ({ route, mirror }) => (
    <>
      {named(mirror)} of route {named(route)}
    </>
  ),
  Endpoint: ({ endpoint }) => named(endpoint),
  Place: ({ place }) => named(place),
};

function named(name: string): Element | null {
  return name === '' ? null : <bdi>{printable(name)}</bdi>;
}

/** The report as files, and its beginning anew. */
function ReportActions({ choice: { mirror } }: Pick<Props, 'choice'>): Element {
  const query = new URLSearchParams({ route: mirror.route, mirror: mirror.mirror });
  return (
    <div class="actions">
      <p class="buttons">
        {Object.entries(FORMS).map(([ending, { label }]) => (
          <a class="button" download href={`/apisix/ui/report.${ending}?${query}`}>
            {label}
          </a>
        ))}
      </p>
      <p>
        <a class="button" data-confirm href="/apisix/ui/confirm?do=begin-anew">
          Begin the report anew
        </a>
      </p>
    </div>
  );
}
