import { duration } from '../../../compare/report/print/words.ts';
import type { Element } from '../../view.ts';
import { CHART_S, type Figures, type Quantiles, STEP_S } from './figures.ts';
import { perSecondText } from './words.ts';

/** A mark at the side of a chart. */
interface Mark {
  readonly value: number;
  readonly text: string;
}

/** From values to the height in a chart, 0 to 1, and what is marked at its side. */
export interface Scale {
  at(value: number): number;
  readonly marks: readonly Mark[];
}

/** One line of a chart. */
interface Line {
  readonly name: string;
  /** How it is drawn: colours are not all that tells lines apart. */
  readonly dash: Dash;
  /** Its colour in the style sheet. */
  readonly colour: 'primary' | 'mirror' | 'bad';
  readonly values: readonly (number | null)[];
}

export const DASHES = { solid: 'none', dashed: '7 4', dotted: '1 5' } as const;
type Dash = keyof typeof DASHES;

type Steps = readonly (Figures | null)[];

/** Size of a chart in units of its own, with room for marks at its right. */
const WIDTH = 300;
const HEIGHT = 100;
const MARGIN = 8;
const MARKS_WIDTH = 52;
const TIMES_HEIGHT = 14;

interface ChartsProps {
  readonly steps: Steps;
  /** When the view was frozen; `null`: it goes on. */
  readonly frozenMs: number | null;
}

/** Rates of requests and copies, and the latencies of both side by side. */
export function Charts({ steps, frozenMs }: ChartsProps): Element {
  const ends = frozenMs === null ? (['5 minutes ago', 'now'] as const) : endsAt(frozenMs);
  const rates = ratesOf(steps);
  const hasRequests = steps.some((step) => step !== null && step.requests > 0);
  const shared = { ends, isLive: frozenMs === null, hasRequests };
  const latency = logarithmic(
    steps.flatMap((step) => [...quantilesOf(step?.primary), ...quantilesOf(step?.mirror)]),
  );
  return (
    <div class="charts">
      <Chart
        title="Requests and copies per second"
        lines={rates}
        scale={linear(rates)}
        {...shared}
      />
      <Chart
        title="Primary: time to the head"
        lines={latencyLines(steps, 'primary')}
        scale={latency}
        {...shared}
      />
      <Chart
        title="Mirrors: time until fully read"
        lines={latencyLines(steps, 'mirror')}
        scale={latency}
        {...shared}
      />
    </div>
  );
}

/** The times of day at both ends, where "now" would not stay true. */
function endsAt(nowMs: number): readonly [string, string] {
  const time = (ms: number) => `${new Date(ms).toISOString().slice(11, 19)} UTC`;
  const endMs = Math.floor(nowMs / 1000 / STEP_S) * STEP_S * 1000;
  return [time(endMs - CHART_S * 1000), time(endMs)];
}

function ratesOf(steps: Steps): readonly Line[] {
  return [
    { name: 'requests', dash: 'solid', colour: 'primary', values: steps.map(orNull('requests')) },
    { name: 'copies', dash: 'dashed', colour: 'mirror', values: steps.map(orNull('sent')) },
    { name: 'failed', dash: 'dotted', colour: 'bad', values: steps.map(orNull('failed')) },
  ];
}

function orNull(name: 'requests' | 'sent' | 'failed') {
  return (step: Figures | null) => step?.[name] ?? null;
}

function latencyLines(steps: Steps, colour: 'primary' | 'mirror'): readonly Line[] {
  const dashes = { p50: 'solid', p95: 'dashed', p99: 'dotted' } as const;
  return (['p50', 'p95', 'p99'] as const).map((name) => ({
    name,
    dash: dashes[name],
    colour,
    values: steps.map((step) => step?.[colour][name] ?? null),
  }));
}

function quantilesOf(quantiles: Quantiles | undefined): (number | null)[] {
  return quantiles === undefined ? [] : [quantiles.p50, quantiles.p99];
}

interface Props {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly scale: Scale;
  /** What stands at the beginning and at the end of the time that is shown. */
  readonly ends: readonly [first: string, last: string];
  /** Whether that is true only as long as the view is made anew. */
  readonly isLive: boolean;
  /** Whether there were requests: then it is copies that an empty chart is without. */
  readonly hasRequests: boolean;
}

function Chart({ title, lines, scale, ends, isLive, hasRequests }: Props): Element {
  const y = (value: number) => Math.round(MARGIN + (1 - scale.at(value)) * HEIGHT);
  const live = isLive && { class: 'live' };
  const isEmpty = lines.every(({ values }) => values.every((value) => value === null));
  return (
    <figure>
      <figcaption>
        {title}
        <span class="legend">
          {lines.map(({ name, dash, colour }) => (
            <span>
              <svg aria-hidden="true" viewBox="0 0 26 6">
                <path class={`swatch ${colour}`} stroke-dasharray={DASHES[dash]} d="M1 3H25" />
              </svg>
              {name}
            </span>
          ))}
        </span>
      </figcaption>
      <svg
        role="img"
        aria-label={`${title}, the last five minutes. The table below says what it shows.`}
        viewBox={`0 0 ${WIDTH + MARKS_WIDTH} ${HEIGHT + 2 * MARGIN + TIMES_HEIGHT}`}
      >
        {scale.marks.map(({ value, text }) => (
          <>
            <path class="grid" d={`M0 ${y(value)}H${WIDTH}`} />
            <text x={WIDTH + 5} y={y(value) + 4}>
              {text}
            </text>
          </>
        ))}
        <text {...live} x={0} y={HEIGHT + MARGIN + TIMES_HEIGHT}>
          {ends[0]}
        </text>
        <text {...live} x={WIDTH} y={HEIGHT + MARGIN + TIMES_HEIGHT} text-anchor="end">
          {ends[1]}
        </text>
        {isEmpty && (
          <text x={WIDTH / 2} y={HEIGHT / 2} text-anchor="middle">
            No {hasRequests ? 'copies sent' : 'requests'} in the last 5 minutes
          </text>
        )}
        {lines.map(({ dash, colour, values }) => (
          <Curve dash={dash} colour={colour} values={values} y={y} />
        ))}
      </svg>
    </figure>
  );
}

/** A line, and a dot for each value between gaps. */
function Curve({
  dash,
  colour,
  values,
  y,
}: Omit<Line, 'name'> & { readonly y: (value: number) => number }): Element {
  const width = (WIDTH - MARGIN) / (values.length - 1);
  return (
    <>
      <path class={`line ${colour}`} stroke-dasharray={DASHES[dash]} d={pathOf(values, width, y)} />
      {values.map((value, i) =>
        value === null || (values[i - 1] ?? values[i + 1] ?? null) !== null ? null : (
          <circle class={`dot ${colour}`} cx={Math.round(i * width)} cy={y(value)} r={3} />
        ),
      )}
    </>
  );
}

/** The line through the values, with gaps where there are none: two values make one. */
export function pathOf(
  values: readonly (number | null)[],
  width: number,
  y: (value: number) => number,
): string {
  let path = '';
  let isDown = false;
  for (const [i, value] of values.entries()) {
    if (value !== null && (isDown || (values[i + 1] ?? null) !== null))
      path += `${isDown ? 'L' : 'M'}${Math.round(i * width)} ${y(value)}`;
    isDown = value !== null;
  }
  return path;
}

/** From 0 to a round number above all values. */
function linear(lines: readonly Line[]): Scale {
  const most = Math.max(1, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const power = 10 ** Math.floor(Math.log10(most));
  const top = [1, 2, 5, 10].map((step) => step * power).find((step) => step >= most)!;
  return {
    at: (value) => value / top,
    marks: [0, top / 2, top].map((value) => ({ value, text: perSecondText(value) })),
  };
}

/** Bounds of a scale of durations: exponents of ten of seconds. */
const [SHORTEST, LONGEST] = [-4, 3];

/** Whole powers of ten around all values: the slowest requests take a thousand times as long as others. */
export function logarithmic(values: readonly (number | null)[]): Scale {
  const exponents = values.flatMap((value) => (value === null ? [] : [Math.log10(value)]));
  if (exponents.length === 0) exponents.push(-3, -1);
  const low = Math.max(SHORTEST, Math.floor(Math.min(...exponents)));
  const high = Math.min(LONGEST, Math.max(low + 1, Math.ceil(Math.max(...exponents))));
  const marks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  return {
    at: (value) => Math.min(Math.max((Math.log10(value) - low) / (high - low), 0), 1),
    marks: marks.map((value) => ({ value, text: duration(value) })),
  };
}
