import type { Element } from './view.ts';

interface Props {
  /** Which part is shown. */
  readonly children: unknown;
  /** Addresses of the parts before and after it; `null` where there is none. */
  readonly previous: string | null;
  readonly next: string | null;
}

/** Which part of something is shown, and the ways to those beside it. */
export function Steps({ children, previous, next }: Props): Element {
  return (
    <>
      <span>{children}</span>
      {previous !== null && (
        <a data-view href={previous}>
          Previous
        </a>
      )}
      {next !== null && (
        <a data-view href={next}>
          Next
        </a>
      )}
    </>
  );
}
