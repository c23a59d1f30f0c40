import type { Element } from './view.ts';

/** What may be wider than the screen: it scrolls by itself, by keyboard as well, and screen readers name it. */
export function Scrolled({
  label,
  children,
}: {
  readonly label: string;
  readonly children: unknown;
}): Element {
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={label}>
      {children}
    </div>
  );
}
