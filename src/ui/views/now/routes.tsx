import { counted } from '../../../compare/report/print/words.ts';
import { printable } from '../../../http/quoted.ts';
import { perSecond, type Recent, type RecentRoute } from '../../../telemetry/recent.ts';
import { Scrolled } from '../../scrolled.tsx';
import type { Element } from '../../view.ts';
import type { ListedMirror, ListedRoute, Live } from './listed.ts';
import { isLine, Latency } from './latency.tsx';
import { Outcomes } from './outcomes.tsx';
import type { Shown } from './page.ts';
import { type Times, timesOf } from './times.ts';
import { percentOf, perSecondText } from './words.ts';

interface Props {
  readonly shown: readonly Shown[];
  readonly recent: Recent;
  readonly nowMs: number;
}

const HEADS = [
  'Route',
  'Mirror',
  'Share',
  'Copies/s',
  'Outcomes since the start',
  'Time to respond: p50, p95, p99',
  'State',
  'Actions',
] as const;

/** Routes and their mirrors, a row for each mirror. */
export function Routes({ shown, recent, nowMs }: Props): Element {
  const times = timesOf(shown, recent, nowMs);
  return (
    <Scrolled label="Routes and their mirrors">
      <table class="routes">
        <thead>
          <tr>
            {HEADS.map((head) => (
              <Head head={head} />
            ))}
          </tr>
        </thead>
        {shown.map((one) => (
          <Group one={one} recent={recent.routes.get(one.route.id)} times={times} nowMs={nowMs} />
        ))}
      </table>
      <p class="note">
        Rates: estimates for the last 10 seconds; times: last minute, of the primary to the head, of
        mirrors until fully read.
        {Array.from(times.values()).some(isLine) &&
          ' The small charts show p95 of the last 5 minutes: primary solid, mirror dashed.'}
      </p>
    </Scrolled>
  );
}

/** The name of a column, which breaks behind its colon. */
function Head({ head }: { readonly head: string }): Element {
  const [name, ...of] = head.split(': ');
  return (
    <th scope="col">
      {name}
      {of.length > 0 && (
        <>
          : <span class="together">{of}</span>
        </>
      )}
    </th>
  );
}

interface GroupProps {
  readonly one: Shown;
  readonly recent: RecentRoute | undefined;
  readonly times: ReadonlyMap<number, Times>;
  readonly nowMs: number;
}

/** The id keeps what is focused or typed with its route when the order changes. */
function Group({ one: { route, mirrors }, recent, times, nowMs }: GroupProps): Element {
  const name = (
    <th scope="rowgroup" rowspan={Math.max(1, mirrors.length)}>
      <RouteName route={route} />
      <span class="quiet">
        {perSecondText(recent === undefined ? 0 : perSecond(recent.requests, nowMs))} requests/s
      </span>
    </th>
  );
  return (
    <tbody id={`route-${route.id}`}>
      {mirrors.length === 0 && (
        <tr>
          {name}
          <td colspan={HEADS.length - 1} class="quiet">
            no mirror
          </td>
        </tr>
      )}
      {mirrors.map((mirror, i) => (
        <tr>
          {i === 0 && name}
          <Mirror route={route} mirror={mirror} primary={recent} times={times} nowMs={nowMs} />
        </tr>
      ))}
    </tbody>
  );
}

function RouteName({ route: { id, uris, hosts, isInService } }: { route: ListedRoute }): Element {
  return (
    <>
      <bdi class="id">{printable(id)}</bdi>
      {!isInService && <span class="bad"> out of service</span>}
      <br />
      <code>{firstOf(uris)}</code>
      {hosts.length > 0 && (
        <>
          <bdi class="quiet">{firstOf(hosts)}</bdi>
          <br />
        </>
      )}
    </>
  );
}

function firstOf([first = '', ...others]: readonly string[]): string {
  return `${printable(first)}${others.length === 0 ? '' : `, and ${others.length} more`}`;
}

interface MirrorProps extends Omit<GroupProps, 'one' | 'recent'> {
  readonly route: ListedRoute;
  readonly mirror: ListedMirror;
  /** What happened at the route. */
  readonly primary: RecentRoute | undefined;
}

/** The cells of a mirror. */
function Mirror({ route, mirror, primary, times, nowMs }: MirrorProps): Element {
  const { name } = mirror;
  const { id } = route;
  const recent = primary?.mirrors.get(name);
  const timesOfSeries = (series: number | undefined) => times.get(series ?? -1);
  return (
    <>
      <th scope="row" data-head={HEADS[1]}>
        <bdi>{printable(name)}</bdi>
      </th>
      <Cell head={2}>
        <Share route={id} mirror={mirror} />
      </Cell>
      <Cell head={3}>
        {perSecondText(recent === undefined ? 0 : perSecond(recent.copies, nowMs))}
      </Cell>
      <Cell head={4} isWhole>
        <Outcomes outcomes={recent?.outcomes} />
      </Cell>
      <Cell head={5} isWhole>
        <Latency primary={timesOfSeries(primary?.series)} mirror={timesOfSeries(recent?.series)} />
      </Cell>
      <Cell head={6}>
        <State mirror={mirror} isInService={route.isInService} />
      </Cell>
      <Cell head={7}>
        {name.length > MAX_NAME_CHARACTERS ? (
          <span class="quiet">
            The host is too long to change this mirror here: use the admin API.
          </span>
        ) : (
          <Actions route={id} mirror={mirror} />
        )}
      </Cell>
    </>
  );
}

/** A mirror, with the id of its route. */
interface MirrorOf extends Pick<MirrorProps, 'mirror'> {
  readonly route: string;
}

/** Longest name of a mirror that can be part of an address. Nothing of a paused mirror was checked. */
const MAX_NAME_CHARACTERS = 1024;

function Actions({ route, mirror }: MirrorOf): Element {
  const { name, live, isCompared } = mirror;
  return (
    <>
      <a
        class="button"
        data-confirm
        href={`/apisix/ui/confirm?${queryOf(route, name, { do: live === null ? 'resume' : 'pause' })}`}
      >
        {live === null ? 'Resume' : 'Pause'}
      </a>{' '}
      {isCompared && (
        <a data-view href={`/apisix/ui?${queryOf(route, name, { view: 'differences' })}`}>
          Its differences
        </a>
      )}
    </>
  );
}

interface CellProps {
  readonly head: number;
  /** Whether it needs the width of a narrow screen. */
  readonly isWhole?: boolean;
  readonly children: unknown;
}

/** A cell with the name of its column, which narrow screens show above it. */
function Cell({ head, isWhole = false, children }: CellProps): Element {
  return (
    <td data-head={HEADS[head]} {...(isWhole && { class: 'whole' })}>
      {children}
    </td>
  );
}

interface StateProps extends Pick<MirrorProps, 'mirror'> {
  readonly isInService: boolean;
}

function State({ mirror: { live }, isInService }: StateProps): Element {
  if (live === null) return <strong class="state off">paused</strong>;
  if (!isInService) return <span class="state off">no requests</span>;
  return (
    <>
      {live.breaker.open ? (
        <strong class="state bad">{breakerText(live.breaker)}</strong>
      ) : (
        <span class="state">running</span>
      )}
      <br />
      {counted(live.inFlight.count)} in flight
    </>
  );
}

/** Each of several processes has a breaker of its own. */
function breakerText({ openIn: [open, all] = [1, 1] }: Live['breaker']): string {
  return `breaker open${all === 1 ? '' : ` in ${open} of ${all} workers`}`;
}

function queryOf(route: string, mirror: string, more: Record<string, string>): URLSearchParams {
  return new URLSearchParams({ ...more, route, mirror });
}

/** The share of requests that are copied, which can be changed unless the mirror is paused. */
function Share({ route, mirror }: MirrorOf): Element {
  const { name, live, share } = mirror;
  if (live === null || share === null) return <>{share === null ? '-' : `${percentOf(share)} %`}</>;
  return (
    <form data-confirm class="share">
      <input type="hidden" name="do" value="share" />
      <input type="hidden" name="route" value={route} />
      <input type="hidden" name="mirror" value={name} />
      <input
        name="percent"
        type="number"
        min={0.001}
        max={100}
        step="any"
        value={percentOf(share)}
        aria-label="Percent of requests"
        required
      />
      %<button>Change</button>
    </form>
  );
}
