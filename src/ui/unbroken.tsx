import type { Element } from './view.ts';

/** Figures with what belongs to them: times, reasons with their counts in parentheses, and numbers with their word or unit. */
const FIGURES =
  /(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC|[a-z][a-zA-Z ]* \d[\d,]*(?=[,)])|\d(?:[\d.,]*\d)? [%\p{L}]+)/u;

/** A text whose figures are not broken over two lines. */
export function Unbroken({ text }: { readonly text: string }): Element {
  return (
    <>
      {text
        .split(FIGURES)
        .map((part, i) => (i % 2 === 0 ? part : <span class="together">{part}</span>))}
    </>
  );
}
