import { duration } from '../../../compare/report/print/words.ts';
import type { Element } from '../../view.ts';
import { DASHES, logarithmic, pathOf } from './charts.tsx';
import type { Quantiles } from './figures.ts';
import type { Times } from './times.ts';

interface Props {
  /** Of the route's requests, and of the copies to one of its mirrors; `undefined`: there were none. */
  readonly primary: Times | undefined;
  readonly mirror: Times | undefined;
}

/** What both sides of a mirror took, one above the other, and how that went. */
export function Latency({ primary, mirror }: Props): Element {
  if (primary === undefined) return <span class="quiet">none</span>;
  const hasLine = [primary, mirror].some(isLine);
  return (
    <div class="latency">
      <Side name="primary" quantiles={primary.lately} />
      <Side name="mirror" quantiles={mirror?.lately} />
      {hasLine && <Sparks primary={primary} mirror={mirror} />}
    </div>
  );
}

/** Fewer make no line, but specks. */
const MIN_POINTS = 3;

/** Whether times are drawn. */
export function isLine(times: Times | undefined): boolean {
  const points = times?.steps.filter((step) => step !== null) ?? [];
  return points.length >= MIN_POINTS;
}

const NONE: Quantiles = { p50: null, p95: null, p99: null };

function Side({
  name,
  quantiles: { p50, p95, p99 } = NONE,
}: {
  readonly name: string;
  readonly quantiles: Quantiles | undefined;
}): Element {
  return (
    <>
      <span>{name}</span>
      {[p50, p95, p99].map((seconds) => (
        <span class="number">{duration(seconds)}</span>
      ))}
    </>
  );
}

/** Size of a chart in units of its own, with room for the width of its lines. */
const WIDTH = 200;
const HEIGHT = 24;
const MARGIN = 2;

/** Both lines on one scale. What they say last stands above them in words. */
function Sparks({ primary, mirror }: Props): Element {
  const lines = { primary: primary?.steps ?? [], mirror: mirror?.steps ?? [] };
  const scale = logarithmic(Object.values(lines).flat());
  const y = (value: number) => Math.round(MARGIN + (1 - scale.at(value)) * HEIGHT);
  return (
    <svg aria-hidden="true" viewBox={`0 0 ${WIDTH} ${HEIGHT + 2 * MARGIN}`}>
      {(['primary', 'mirror'] as const).map((name) => (
        <path
          class={`line ${name}`}
          stroke-dasharray={DASHES[name === 'primary' ? 'solid' : 'dashed']}
          d={pathOf(lines[name], (WIDTH - MARGIN) / (primary!.steps.length - 1), y)}
        />
      ))}
    </svg>
  );
}
