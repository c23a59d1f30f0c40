import type { Report } from '../../compare/report/report.ts';
import { originOf } from '../origin.ts';
import { FORMS } from '../report-file.ts';
import type { Element, View } from '../view.ts';
import { type Choice, choose } from './differences/choice.ts';
import { Columns } from './differences/columns.tsx';
import { Filters } from './differences/filters.tsx';
import { NoPair, NothingCompared } from './differences/nothing.tsx';
import { addressOf, stateOf } from './differences/state.ts';
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
          <NothingCompared inForce={context.inForce} origin={originOf(query)} />
        ) : (
          <Differences report={report} choice={choice} />
        )}
      </section>
    );
  },
};

interface Props {
  readonly report: Report;
  readonly choice: Choice;
}

function Differences({ report, choice }: Props): Element {
  const { mirror } = choice;
  return (
    <>
      <Lost choice={choice} />
      <Summary report={report} mirror={mirror} />
      <Filters report={report} choice={choice} />
      {mirror.pairs === 0 ? <NoPair mirror={mirror} /> : <Columns choice={choice} />}
      <ReportActions choice={choice} />
    </>
  );
}

/** Somebody shared an address whose report has begun anew since. */
function Lost({ choice: { lost, state } }: Pick<Props, 'choice'>): Element | null {
  if (lost === null) return null;
  return (
    <p role="note">
      The report does not have the {lost} of this address (any more).{' '}
      <a data-view href={addressOf(state)}>
        Stay with what is shown instead
      </a>
    </p>
  );
}

/** The report as files, and its beginning anew. */
function ReportActions({ choice: { mirror } }: Pick<Props, 'choice'>): Element {
  const query = new URLSearchParams({ route: mirror.route, mirror: mirror.mirror });
  return (
    <p class="buttons">
      {Object.entries(FORMS).map(([ending, { label }]) => (
        <a
          class="button"
          download={`report.${ending}`}
          href={`/apisix/ui/report.${ending}?${query}`}
        >
          {label}
        </a>
      ))}
      <a class="button apart" data-confirm href="/apisix/ui/confirm?do=begin-anew">
        Begin the report anew
      </a>
    </p>
  );
}
