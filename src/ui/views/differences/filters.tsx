import { counted } from '../../../compare/report/print/words.ts';
import type { MirrorReport, Report } from '../../../compare/report/report.ts';
import { printable } from '../../../http/quoted.ts';
import type { Element } from '../../view.ts';
import type { Choice } from './choice.ts';
import { choiceOf, KINDS, type State } from './state.ts';

/** Mirrors to choose from. */
const MAX_MIRRORS = 200;

interface Props {
  readonly report: Report;
  readonly choice: Choice;
}

/** Which mirror, and what of it is listed. The chosen endpoint and place stay chosen. */
export function Filters({ report: { mirrors }, choice: { mirror, state } }: Props): Element {
  const { endpoint, place, kind, noise, text } = state;
  const hidden = { view: 'differences', from: choiceOf(state), endpoint, place, kind };
  return (
    <form class="fields" role="search" aria-label="What is listed">
      {Object.entries(hidden).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <Mirrors mirrors={mirrors} chosen={mirror} />
      {mirror.pairs > 0 && (
        <>
          <label>
            Endpoint or place contains
            <input type="search" name="text" value={text} maxlength={256} />
          </label>
          <button>Filter</button>
          <Kinds state={state} />
          <label class="check">
            <input
              type="checkbox"
              name="noise"
              value="shown"
              checked={noise === 'shown'}
              data-submit
            />
            Show ignored and noise
          </label>
        </>
      )}
    </form>
  );
}

function Mirrors({ mirrors, chosen }: { mirrors: readonly MirrorReport[]; chosen: MirrorReport }) {
  if (mirrors.length === 1) return <input type="hidden" name="of" value={choiceOf(chosen)} />;
  const others = mirrors.filter((one) => one !== chosen).slice(0, MAX_MIRRORS - 1);
  const left = mirrors.length - 1 - others.length;
  return (
    <label class="mirrors">
      Mirror
      <select name="of" data-submit>
        {[chosen, ...others].map((one) => (
          <option value={choiceOf(one)} selected={one === chosen}>
            {`${printable(one.route)}: ${pairsText(one)}, ${printable(one.mirror)}`}
          </option>
        ))}
      </select>
      {left > 0 && (
        <span class="quiet">
          {counted(left)} more: name one by route= and mirror= in the address
        </span>
      )}
    </label>
  );
}

function pairsText({ different, pairs }: MirrorReport): string {
  return pairs === 0 ? 'nothing compared' : `${counted(different)} of ${counted(pairs)} differ`;
}

/** None checked is all of them: nobody looks for nothing. */
function Kinds({ state: { kinds } }: { readonly state: State }): Element {
  return (
    <fieldset class="checks">
      <legend>Only these kinds (none ticked: all)</legend>
      {Object.keys(KINDS).map((kind) => (
        <label class="check">
          <input
            type="checkbox"
            name="kinds"
            value={kind}
            checked={kinds.includes(kind)}
            data-submit
          />
          {kind}
        </label>
      ))}
    </fieldset>
  );
}
