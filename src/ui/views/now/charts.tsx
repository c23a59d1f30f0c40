import { duration } from '../../../compare/report/print/words.ts';
import type { Element } from '../../view.ts';
import { type Figures, type Quantiles } from './figures.ts';
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

/** Rates of requests and copies, and the latencies of both side by side. */
export function Charts({ steps }: { readonly steps: Steps }): Element {
  const rates = ratesOf(steps);
  const latency = logarithmic(
    steps.flatMap((step) => [...quantilesOf(step?.primary), ...quantilesOf(step?.mirror)]),
  );
  return (
    <div class="charts">
      <Chart title="Requests and copies a second" lines={rates} scale={linear(rates)} />
      <Chart
        title="Time to respond: primary"
        lines={latencyLines(steps, 'primary')}
        scale={latency}
      />
      <Chart
        title="Time to respond: mirrors"
        lines={latencyLines(steps, 'mirror')}
        scale={latency}
      />
    </div>
  );
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
}

function Chart({ title, lines, scale }: Props): Element {
  const y = (value: number) => Math.round(MARGIN + (1 - scale.at(value)) * HEIGHT);
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
        <text x={0} y={HEIGHT + MARGIN + TIMES_HEIGHT}>
          5 minutes ago
        </text>
        <text x={WIDTH} y={HEIGHT + MARGIN + TIMES_HEIGHT} text-anchor="end">
          now
        </text>
        {lines.map(({ dash, colour, values }) => (
          <path
            class={`line ${colour}`}
            stroke-dasharray={DASHES[dash]}
            d={pathOf(values, (WIDTH - MARGIN) / (values.length - 1), y)}
          />
        ))}
      </svg>
    </figure>
  );
}

/** The line through the values, with gaps where there are none. A value between gaps is a dot. */
export function pathOf(
  values: readonly (number | null)[],
  width: number,
  y: (value: number) => number,
): string {
  let path = '';
  let isDown = false;
  for (const [i, value] of values.entries()) {
    if (value !== null) {
      const point = `${Math.round(i * width)} ${y(value)}`;
      path += isDown ? `L${point}` : `M${point}h0`;
    }
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
