import { counted, duration } from '../../../compare/report/print/words.ts';
import { Scrolled } from '../../scrolled.tsx';
import type { Element, UiContext } from '../../view.ts';
import { type Figures, lately, type Quantiles } from './figures.ts';
import type { Listed } from './listed.ts';
import { addressOf, type Only, type State } from './state.ts';
import type { Survey } from './survey.ts';
import { memoryText, perSecondText } from './words.ts';

interface Props {
  readonly list: Listed;
  readonly survey: Survey;
  readonly context: UiContext;
  readonly state: State;
}

/** What there is at the moment. */
export function Totals({
  list: { routes, mirrors },
  survey,
  context: { budget },
  state,
}: Props): Element {
  const totals: readonly (readonly [name: string, count: number, only?: Only])[] = [
    ['Routes', routes.length],
    ['Mirrors', mirrors.length],
    ['Paused', survey.paused, 'paused'],
    ['Breakers open', survey.openBreakers, 'open'],
    ['Copies in flight', survey.inFlight],
  ];
  return (
    <dl class="totals">
      {totals.map(([name, count, only]) => (
        <div>
          <dt>{name}</dt>
          <dd {...(only === 'open' && count > 0 && { class: 'bad' })}>
            {only === undefined || count === 0 ? (
              counted(count)
            ) : (
              <a
                data-view
                href={addressOf(state, { only, text: '', page: 1 })}
                aria-label={`${name}: ${counted(count)}`}
              >
                {counted(count)}
              </a>
            )}
          </dd>
        </div>
      ))}
      <div>
        <dt>Bodies held</dt>
        <dd>
          <span class="together">{memoryText(budget.held)}</span>{' '}
          <small>of {memoryText(budget.limit)}</small>
        </dd>
      </div>
    </dl>
  );
}

/** Spans of the table, in seconds. */
const SPANS = [
  ['Last 10 seconds', 10],
  ['Last minute', 60],
  ['Last 5 minutes', 300],
] as const;

/** Rates and latencies of all routes, also for those who do not see the charts. */
export function Rates({
  context: { recent },
  nowMs,
}: {
  readonly context: UiContext;
  readonly nowMs: number;
}): Element {
  return (
    <Scrolled label="Rates and times">
      <table class="rates">
        <caption>All routes together</caption>
        <thead>
          <tr>
            <td rowspan={2}></td>
            <th colspan={2} scope="colgroup" class="number">
              Requests per second
            </th>
            <th colspan={3} scope="colgroup" class="number">
              Copies per second
            </th>
            <th colspan={3} scope="colgroup" class="number">
              Primary: time to the head
            </th>
            <th colspan={3} scope="colgroup" class="number">
              Mirrors: time until fully read
            </th>
          </tr>
          <tr>
            {HEADS.map((head) => (
              <th scope="col" class="number">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {SPANS.map(([name, seconds]) => (
            <Span
              name={name}
              soFar={Math.floor(nowMs / 1000) - recent.since}
              seconds={seconds}
              figures={lately(recent, nowMs, seconds)}
            />
          ))}
        </tbody>
      </table>
      <p class="note">
        Primary: time to the head of the response. Mirrors: time until a copy&apos;s response was
        fully read. A p50 of 4 ms says that half of them took no longer.
      </p>
    </Scrolled>
  );
}

const QUANTILES = ['p50', 'p95', 'p99'] as const;
const HEADS = ['all', 'primary 5xx', 'sent', 'failed', 'skipped', ...QUANTILES, ...QUANTILES];
/** The same for narrow screens, where the heads of groups are not seen. */
const WHOLE_HEADS = [
  'requests/s',
  'primary 5xx/s',
  'copies sent/s',
  'copies failed/s',
  'copies skipped/s',
  ...QUANTILES.map((name) => `primary ${name}`),
  ...QUANTILES.map((name) => `mirrors ${name}`),
];

interface SpanProps {
  readonly name: string;
  readonly seconds: number;
  /** Seconds since the first event; negative: there was none. */
  readonly soFar: number;
  readonly figures: Figures;
}

function Span({ name, seconds, soFar, figures }: SpanProps): Element {
  const { requests, errors, sent, failed, skipped, primary, mirror } = figures;
  const cells = [
    ...[requests, errors, sent, failed, skipped].map(perSecondText),
    ...[primary, mirror].flatMap(durations),
  ];
  return (
    <tr>
      <th scope="row">
        {name}
        {soFar >= 0 && soFar < seconds && <span class="quiet"> ({soFar} s so far)</span>}
      </th>
      {cells.map((cell, i) => (
        <td class="number" data-head={WHOLE_HEADS[i]}>
          {cell}
        </td>
      ))}
    </tr>
  );
}

function durations(quantiles: Quantiles): string[] {
  return QUANTILES.map((name) => duration(quantiles[name]));
}
