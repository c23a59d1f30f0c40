import { counted } from '../../../compare/report/print/words.ts';
import type { OutcomeCount } from '../../../telemetry/recent.ts';
import { reasonText } from '../../reasons.ts';
import type { Element } from '../../view.ts';

const OUTCOMES = ['sent', 'failed', 'skipped'] as const;

/** How the copies to a mirror ended, and why, the most frequent reason first. */
export function Outcomes({
  outcomes,
}: {
  readonly outcomes: ReadonlyMap<string, OutcomeCount> | undefined;
}): Element {
  if (outcomes === undefined) return <span class="quiet">none</span>;
  const texts = OUTCOMES.flatMap((name) => {
    const reasons = [...outcomes].filter(([, { outcome }]) => outcome === name);
    if (reasons.length === 0) return [];
    const sorted = reasons.toSorted(([, a], [, b]) => b.count - a.count);
    return [[name, sorted] as const];
  });
  return (
    <>
      {texts.map(([name, reasons]) => (
        <div {...(name === 'failed' && { class: 'bad' })}>
          {name}:{' '}
          {reasons.map(([reason, { count }], i) => (
            <>
              {i > 0 && ', '}
              <Reason reason={reason} count={count} />
            </>
          ))}
        </div>
      ))}
    </>
  );
}

/** How often a reason was one: its name is that of metrics, and a count stays in the line of its word. */
function Reason({ reason, count }: { readonly reason: string; readonly count: number }): Element {
  const words = reasonText(reason);
  const text = `${words}\u00a0${counted(count)}`;
  if (reason === '5xx') return <span class="bad">{text}</span>;
  return words === reason ? <>{text}</> : <span title={reason}>{text}</span>;
}
