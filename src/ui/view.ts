import type { JSX } from 'hono/jsx/jsx-runtime';
import type { ReportSource } from '../compare/report/api.ts';
import type { ExplainOptions } from '../explain/explain.ts';
import type { MemoryBudget } from '../http/memory-budget.ts';
import type { Recent } from '../telemetry/recent.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** What a component returns: HTML in which all texts are escaped. */
export type Element = JSX.Element;

/** The parts of the gateway from which a {@link UiContext} is made. */
export interface UiSource extends Pick<UiContext, 'needsKey' | 'inForce' | 'report' | 'budget'> {
  readonly runtime: { readonly name: string };
  readonly live: Pick<UiContext, 'refresh' | 'isTransient'>;
  readonly telemetry: Pick<Telemetry, 'recent'>;
}

/** What the page shows. */
export interface UiContext {
  /** Name of the runtime. */
  readonly runtime: string;
  /** Whether requests for views need the key of the control plane. */
  readonly needsKey: boolean;
  /** The current table and document; `null` when none was loaded yet. */
  readonly inForce: () => ExplainOptions | null;
  /** Reads the routes again where they are kept: somebody else may have written there. */
  readonly refresh: () => Promise<unknown>;
  /** Whether changes of the routes last no longer than the process. */
  readonly isTransient: boolean;
  readonly report: ReportSource;
  /** What happened in the last minutes. */
  readonly recent: Recent;
  /** Memory of recorded bodies. */
  readonly budget: Pick<MemoryBudget, 'held' | 'limit'>;
}

/** One view of the page: what stands below its navigation. */
export interface View {
  /** Its name in the navigation. */
  readonly title: string;
  /** @param query the query of the page's address, which says all of what is shown; with a form its fields too */
  render(query: URLSearchParams, context: UiContext): Element | Promise<Element>;
}
