import { counted } from '../../../compare/report/print/words.ts';
import { Steps } from '../../steps.tsx';
import type { Element } from '../../view.ts';
import { MAX_ROWS, type Page } from './page.ts';
import { addressOf, ONLY, type Only, type State } from './state.ts';

/** What of the list is to be shown. */
export function Find({ state }: { readonly state: State }): Element {
  return (
    <form class="fields" role="search">
      <input type="hidden" name="view" value="now" />
      {state.isHeld && <input type="hidden" name="held" value="yes" />}
      <label class="wide">
        ID, URI or host of a route or mirror
        <input name="text" type="search" value={state.text} maxlength={256} />
      </label>
      <label>
        Mirrors
        <select name="only" data-submit>
          {(Object.keys(ONLY) as Only[]).map((only) => (
            <option value={only} selected={only === state.only}>
              {ONLY[only]}
            </option>
          ))}
        </select>
      </label>
      <button>Search</button>
    </form>
  );
}

/** Which part of the list is shown, and the ways to the others. */
export function Pages({ page, state }: { readonly page: Page; readonly state: State }): Element {
  const { before, rows } = page;
  const number = before / MAX_ROWS + 1;
  const last = Math.min(before + MAX_ROWS, rows);
  return (
    <nav aria-label="Pages" class="steps">
      <Steps
        previous={before > 0 ? addressOf(state, { page: number - 1 }) : null}
        next={last < rows ? addressOf(state, { page: number + 1 }) : null}
      >
        {rowsText(before + 1, last, rows)}
      </Steps>
    </nav>
  );
}

/** @example 'Rows 21 to 40 of 10,000, busiest now first' */
function rowsText(first: number, last: number, rows: number): string {
  if (rows === 1) return '1 row';
  const isAll = first === 1 && last === rows;
  const which = isAll
    ? `${counted(rows)} rows`
    : `Rows ${counted(first)} to ${counted(last)} of ${counted(rows)}`;
  return `${which}, busiest now first`;
}
