import { raw } from 'hono/html';
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
    const inForce = context.inForce();
    const list = inForce === null ? null : listed(inForce);
    return (
      <section data-title="Now" {...(!state.isHeld && { 'data-every': EVERY_MS })}>
        <div class="head">
          <h1>What is mirrored now</h1>
          <Hold state={state} />
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
          shared({ list, state, context, origin: originOf(query) })
        )}
      </section>
    );
  },
};

/** Stops and starts the view, for who wants to read it. */
function Hold({ state }: { readonly state: State }): Element {
  const { isHeld } = state;
  return (
    <p class="quiet">
      {isHeld ? 'Held as it was when it was asked for. ' : 'Updated every second. '}
      <a class="button" data-view href={addressOf(state, { isHeld: !isHeld })}>
        {isHeld ? 'Go on' : 'Hold'}
      </a>
    </p>
  );
}

function shared(props: Props): Element {
  const { list, state, origin } = props;
  return keep(list, origin + addressOf(state), Date.now(), () => ({
    value: raw(String(<Now {...props} />)),
    ageMs: SHARED_MS,
  }));
}

interface Props {
  readonly list: Listed;
  readonly state: State;
  readonly context: UiContext;
  readonly origin: string;
}

function Now({ list, state, context, origin }: Props): Element {
  const nowMs = Date.now();
  const survey = surveyed(list, context.recent, state, nowMs);
  const isEmpty = list.routes.length === 0;
  return (
    <>
      {isEmpty && <NoRoutes needsKey={context.needsKey} origin={origin} />}
      <Totals list={list} survey={survey} context={context} />
      <Charts steps={history(context.recent, nowMs)} />
      <Rates context={context} nowMs={nowMs} />
      {!isEmpty && <List survey={survey} state={state} context={context} nowMs={nowMs} />}
    </>
  );
}

interface ListProps extends Omit<Props, 'list' | 'origin'> {
  readonly survey: Survey;
  readonly nowMs: number;
}

function List({ survey, state, context: { recent }, nowMs }: ListProps): Element {
  const page = pageOf(survey.found, state.page);
  return (
    <>
      <h2>Routes</h2>
      <Find state={state} />
      {page.rows === 0 ? (
        <p>No route or mirror is like that.</p>
      ) : (
        <>
          <Routes shown={page.shown} recent={recent} nowMs={nowMs} />
          <Pages page={page} state={state} />
        </>
      )}
    </>
  );
}
