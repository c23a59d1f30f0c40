import { raw } from 'hono/html';
import { moment } from '../../compare/report/print/words.ts';
import { quoted } from '../../http/quoted.ts';
import { originOf } from '../origin.ts';
import type { Element, UiContext, View } from '../view.ts';
import { Charts } from './now/charts.tsx';
import { history } from './now/figures.ts';
import { Find, Pages } from './now/find.tsx';
import { keeper } from './now/keeper.ts';
import { type Listed, listed } from './now/listed.ts';
import { NoRoutes } from './now/nothing.tsx';
import { pageOf } from './now/page.ts';
import { Routes } from './now/routes.tsx';
import { addressOf, type State, stateOf } from './now/state.ts';
import { type Survey, surveyed } from './now/survey.ts';
import { Rates, Totals } from './now/totals.tsx';

/** Time between two renderings. */
const EVERY_MS = 1000;

/** Pages that show the same share what was rendered in this time. */
const SHARED_MS = 900;
const keep = keeper<Element>();

/** What is mirrored at the moment, and how fast. */
export const nowView: View = {
  title: 'Now',
  render(query, context) {
    const state = stateOf(query);
    const nowMs = Date.now();
    const inForce = context.inForce();
    const list = inForce === null ? null : listed(inForce);
    return (
      <section data-title="Now" {...(!state.isHeld && { 'data-every': EVERY_MS })}>
        <div class="head">
          <h1>What is mirrored now</h1>
          <Freeze state={state} nowMs={nowMs} />
        </div>
        {context.runtime === 'workers' && (
          <p role="note">
            Of one isolate: the one that responded to this page, since it was first asked for the
            page. Cloudflare runs a Worker in many, and another may respond next.
          </p>
        )}
        {list === null ? (
          <p role="alert">No routes are loaded yet: see the log for the reason.</p>
        ) : (
          shared({ list, state, context, origin: originOf(query), nowMs })
        )}
      </section>
    );
  },
};

/** Stops and starts the view, for who wants to read it. */
function Freeze({ state, nowMs }: Pick<Props, 'state' | 'nowMs'>): Element {
  const { isHeld } = state;
  return (
    <p class={`freeze${isHeld ? ' held' : ''}`}>
      {isHeld ? (
        <strong>Frozen at {moment(new Date(nowMs).toISOString())}.</strong>
      ) : (
        <span class="live">Updated every second.</span>
      )}{' '}
      <a class="button" data-view href={addressOf(state, { isHeld: !isHeld })}>
        {isHeld ? 'Resume updates' : 'Freeze'}
      </a>
    </p>
  );
}

function shared(props: Props): Element {
  const { list, state, origin, nowMs } = props;
  // What is frozen is of the time that it says.
  if (state.isHeld) return <Now {...props} />;
  return keep(list, origin + addressOf(state), nowMs, () => ({
    value: raw(String(<Now {...props} />)),
    ageMs: SHARED_MS,
  }));
}

interface Props {
  readonly list: Listed;
  readonly state: State;
  readonly context: UiContext;
  readonly origin: string;
  readonly nowMs: number;
}

function Now({ list, state, context, origin, nowMs }: Props): Element {
  const survey = surveyed(list, context.recent, state, nowMs);
  const isEmpty = list.routes.length === 0;
  return (
    <>
      {isEmpty && <NoRoutes needsKey={context.needsKey} origin={origin} />}
      <Totals list={list} survey={survey} context={context} state={state} />
      {!isEmpty && (
        <>
          <Charts steps={history(context.recent, nowMs)} frozenMs={state.isHeld ? nowMs : null} />
          <Rates context={context} nowMs={nowMs} />
          <List survey={survey} state={state} context={context} nowMs={nowMs} />
        </>
      )}
      {!context.needsKey && (
        <p class="note">
          No <code>ADMIN_KEY</code> is set: whoever reaches this page from this machine can change
          routes.
        </p>
      )}
    </>
  );
}

const NO_MIRROR: Readonly<Record<State['only'], string>> = {
  all: 'route or mirror',
  failed: 'mirror with failed copies',
  open: 'mirror with an open breaker',
  paused: 'paused mirror',
  compared: 'compared mirror',
};

/** @example 'No mirror with failed copies matches "shop".' */
function noneText({ text, only }: State): string {
  return text === ''
    ? `There is no ${NO_MIRROR[only]}.`
    : `No ${NO_MIRROR[only]} matches ${quoted(text)}.`;
}

interface ListProps extends Omit<Props, 'list' | 'origin'> {
  readonly survey: Survey;
}

function List({ survey, state, context: { recent }, nowMs }: ListProps): Element {
  const page = pageOf(survey.found, state.page);
  return (
    <>
      <h2>Routes</h2>
      <Find state={state} />
      {page.rows === 0 ? (
        <p>
          {noneText(state)}{' '}
          <a data-view href={addressOf(state, { text: '', only: 'all', page: 1 })}>
            Show all
          </a>
        </p>
      ) : (
        <>
          <Routes shown={page.shown} recent={recent} nowMs={nowMs} />
          <Pages page={page} state={state} />
        </>
      )}
    </>
  );
}
