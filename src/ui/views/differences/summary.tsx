import {
  bounds,
  counted,
  coverage,
  duration,
  percent,
  remarks,
  sumOf,
} from '../../../compare/report/print/words.ts';
import type { MirrorReport, Report } from '../../../compare/report/report.ts';
import { printable } from '../../../http/quoted.ts';
import { reasonText } from '../../reasons.ts';
import { Scrolled } from '../../scrolled.tsx';
import { Unbroken } from '../../unbroken.tsx';
import type { Element } from '../../view.ts';

interface Props {
  readonly report: Report;
  readonly mirror: MirrorReport;
}

/** The verdict on a mirror, and what belongs to it. */
export function Summary({ report, mirror }: Props): Element {
  const isDown = isUnreached(mirror);
  const isBad = isDown || mirror.different > 0;
  const judged = isBad ? 'differs' : mirror.pairs > 0 ? 'agrees' : '';
  return (
    <section aria-label="Verdict" class={`judged ${judged}`}>
      <h2>
        Route <bdi>{printable(mirror.route)}</bdi>: <bdi>{printable(mirror.mirror)}</bdi>
      </h2>
      <p class={`verdict ${isBad ? 'bad' : ''}`}>
        <Unbroken text={isDown ? unreached(mirror) : verdict(mirror)} />
      </p>
      {mirror.different > 0 && (
        <p>
          <Unbroken text={bounds(mirror)} />
        </p>
      )}
      {isDown && (
        <p>
          <a
            data-view
            href={`/apisix/ui?${new URLSearchParams({ view: 'now', text: mirror.route })}`}
          >
            See it in Now
          </a>
        </p>
      )}
      <div class="summary">
        <ul>
          <li>
            <Unbroken text={coverage(report)} />
          </li>
          {!isDown &&
            remarks(mirror, reasonText).map((remark) => (
              <li>
                <Unbroken text={remark} />
              </li>
            ))}
        </ul>
        <Statuses statuses={mirror.statuses} />
        <Latency latency={mirror.latency} />
      </div>
    </section>
  );
}

/** As in files, but for the bounds, which stand below it. */
function verdict(mirror: MirrorReport): string {
  const { pairs, different, rate } = mirror;
  if (pairs === 0) return 'no pair of responses was compared yet';
  const share = different > 0 ? percent(rate.different) : bounds(mirror);
  return `${counted(different)} of ${counted(pairs)} pairs differ: ${share}`;
}

/** Whether the mirror seems to be down. */
function isUnreached({ sent, failed }: MirrorReport): boolean {
  return sent === 0 && sumOf(failed) > 0;
}

/**
 * All that there is to say of such a mirror.
 *
 * @example 'No copy arrived: 3 failed (could not connect 2, timed out 1), 57 skipped (breaker open)'
 */
function unreached({ failed, skipped }: MirrorReport): string {
  const parts = Object.entries({ failed, skipped })
    .filter(([, counts]) => sumOf(counts) > 0)
    .map(([outcome, counts]) => {
      const all = Object.entries(counts);
      const reasons = all.map(([reason, count]) =>
        all.length === 1 ? reasonText(reason) : `${reasonText(reason)} ${counted(count)}`,
      );
      return `${counted(sumOf(counts))} ${outcome} (${reasons.join(', ')})`;
    });
  return `No copy arrived: ${parts.join(', ')}`;
}

/** Rows are the primary's, columns the mirror's. */
function Statuses({ statuses }: Pick<MirrorReport, 'statuses'>): Element | null {
  const rows = Object.keys(statuses).toSorted();
  if (rows.length === 0) return null;
  const columns = [...new Set(Object.values(statuses).flatMap(Object.keys))].toSorted();
  return (
    <Scrolled label="Pairs by status">
      <table>
        <caption>Pairs by status</caption>
        <thead>
          <tr>
            <th scope="col">primary</th>
            {columns.map((column) => (
              <th scope="col" class="number">
                mirror {printable(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              <th scope="row">{printable(row)}</th>
              {columns.map((column) => (
                <Pairs count={statuses[row]![column] ?? 0} isBad={row !== column} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

function Pairs({ count, isBad }: { readonly count: number; readonly isBad: boolean }): Element {
  return <td class={`number${isBad && count > 0 ? ' bad' : ''}`}>{counted(count)}</td>;
}

function Latency({ latency }: Pick<MirrorReport, 'latency'>): Element | null {
  if (latency.primary.p50 === null) return null;
  return (
    <Scrolled label="Time to the head of responses">
      <table>
        <caption>Time to the head of responses</caption>
        <thead>
          <tr>
            <td></td>
            {['p50', 'p95', 'p99'].map((quantile) => (
              <th scope="col" class="number">
                {quantile}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Object.entries(latency).map(([name, { p50, p95, p99 }]) => (
            <tr>
              <th scope="row">{LATENCIES[name as keyof typeof LATENCIES]}</th>
              {[p50, p95, p99].map((seconds) => (
                <td class="number">{duration(seconds)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

const LATENCIES: Readonly<Record<keyof MirrorReport['latency'], string>> = {
  primary: 'primary',
  mirror: 'mirror',
  lag: 'lag of the mirror',
};

/** @example shareOf(50, 5000) // '1 %' */
export function shareOf(part: number, whole: number): string {
  return whole === 0 ? '-' : percent(part / whole);
}
