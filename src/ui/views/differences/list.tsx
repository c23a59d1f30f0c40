import { counted } from '../../../compare/report/print/words.ts';
import type { Element } from '../../view.ts';

/** Rows of a list; the filter finds the others. */
export const MAX_ROWS = 200;

interface LinkProps {
  readonly address: string;
  readonly isChosen: boolean;
  readonly children: Element;
}

export function Link({ address, isChosen, children }: LinkProps): Element {
  return (
    <a data-view href={address} {...(isChosen && { 'aria-current': 'true' })}>
      {children}
    </a>
  );
}

interface ListProps {
  readonly label: string;
  readonly heads: readonly string[];
  /** Of all rows, with those that are left out. */
  readonly count: number;
  readonly children: Element[];
}

/** Rows in a box that scrolls by itself. */
export function List({ label, heads: [first, ...others], count, children }: ListProps): Element {
  return (
    <>
      <div class="list" tabindex={0} role="region" aria-label={`${label}: list`}>
        <table aria-label={label}>
          <thead>
            <tr>
              <th scope="col">{first}</th>
              {others.map((head) => (
                <th scope="col" class="number">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </div>
      {count > MAX_ROWS && (
        <p>{counted(count - MAX_ROWS)} more are left out: the filter above finds them.</p>
      )}
    </>
  );
}
