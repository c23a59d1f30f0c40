import type { Element } from './view.ts';

/** Figures with what belongs to them: times and percentages. */
const FIGURES = /(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC|[\d.]+ %)/;

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
