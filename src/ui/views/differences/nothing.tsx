import { compareOf } from '../../../config/compare.ts';
import { isDisabled, mirrorsOf } from '../../../config/proxy-mirror.ts';
import { printable } from '../../../http/quoted.ts';
import { counted, moment, sumOf } from '../../../compare/report/print/words.ts';
import type { MirrorReport } from '../../../compare/report/report.ts';
import { changeOf } from '../../actions.ts';
import { curlLine, Line } from '../../confirmation.tsx';
import { Unbroken } from '../../unbroken.tsx';
import type { Element, UiContext } from '../../view.ts';

/** A mirror of a route that is not disabled. */
interface Found {
  readonly route: string;
  readonly mirror: string;
  readonly isCompared: boolean;
}

interface Props extends Pick<UiContext, 'inForce' | 'needsKey'> {
  readonly origin: string;
  /** When the report began. */
  readonly since: string;
}

/** What to do when the report is of no mirror. */
export function NothingCompared({ inForce, needsKey, origin, since }: Props): Element {
  const document = inForce()?.document ?? null;
  const mirrors = (document?.routes ?? []).flatMap(({ id, plugins }): Found[] => {
    const plugin = plugins?.['proxy-mirror'];
    if (plugin === undefined || isDisabled(plugin)) return [];
    return mirrorsOf(plugin)
      .filter((mirror) => !isDisabled(mirror))
      .map(({ name, compare }) => ({
        route: String(id),
        mirror: name,
        isCompared: compareOf(compare) !== null,
      }));
  });
  const compared = mirrors.filter(({ isCompared }) => isCompared);
  if (compared.length > 0) return <Waiting compared={compared} since={since} />;
  if (mirrors.length === 0)
    return (
      <>
        <p>No route has a mirror. To compare one, add this to a route&apos;s plugins:</p>
        <pre tabindex={0} role="group" aria-label="The plugin">
          {'"proxy-mirror": {"host": "http://127.0.0.1:9797", "compare": true}'}
        </pre>
        <p>
          <code>docs/comparing.md</code> says more.{' '}
          <a data-view href="/apisix/ui?view=now">
            Now
          </a>{' '}
          shows how a first route is made.
        </p>
      </>
    );
  const { route, mirror } = mirrors[0]!;
  const query = new URLSearchParams({ do: 'compare', route, mirror });
  const change = changeOf(query, document);
  return (
    <>
      <p>
        No mirror is compared yet. <code>"compare": true</code> in a mirror turns it on, such as for{' '}
        <bdi>{printable(mirror)}</bdi> of route <bdi>{printable(route)}</bdi>:
      </p>
      {typeof change !== 'string' && <Line text={curlLine(change, origin, needsKey)} />}
      <p>
        <a class="button" data-confirm href={`/apisix/ui/confirm?${query}`}>
          Compare it
        </a>
      </p>
    </>
  );
}

interface WaitingProps extends Pick<Props, 'since'> {
  readonly compared: readonly Found[];
}

function Waiting({ compared: [first, ...others], since }: WaitingProps): Element {
  return (
    <>
      <p>
        {others.length > 0 ? (
          `${counted(others.length + 1)} mirrors are compared, but no request has been copied to any of them`
        ) : (
          <>
            The mirror <bdi>{printable(first!.mirror)}</bdi> of route{' '}
            <bdi>{printable(first!.route)}</bdi> is compared, but no request has been copied to it
          </>
        )}{' '}
        <Unbroken text={`since ${moment(since)}`} />. Differences appear here once one is.
      </p>
      <p>
        <a data-view href="/apisix/ui?view=explain">
          Explain
        </a>{' '}
        says what would happen to a request.
      </p>
    </>
  );
}

/** Why there is no pair yet. */
export function NoPair({ mirror }: { readonly mirror: MirrorReport }): Element {
  const { sent, failed, not_compared: notCompared } = mirror;
  return <p>{reasonOf(sent, sumOf(failed), sumOf(notCompared))}</p>;
}

function reasonOf(sent: number, failed: number, notCompared: number): string {
  if (sent === 0 && failed > 0)
    return 'There is nothing to compare yet: does the mirror run, and at this address?';
  if (notCompared > 0)
    return 'No pair could be compared: the reasons are above, and docs/comparing.md says what to do about each.';
  if (sent > 0)
    return 'Copies were sent, and none of them was chosen for comparison yet: compare.sample_ratio says how many are.';
  return 'No copy was sent yet.';
}
