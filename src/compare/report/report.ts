import type { DifferenceKind, NotCompared } from '../comparison.ts';
import type { Quantiles } from './histogram.ts';

/** How the mirrors responded, as JSON: times are ISO 8601, durations are seconds, shares are from 0 to 1. */
export interface Report {
  /** When counting began. */
  readonly since: string;
  /** When this report was made. */
  readonly until: string;
  /** `isolate`: one isolate's own sums, as nothing adds up those of all. */
  readonly scope: Scope;
  readonly mirrors: readonly MirrorReport[];
}

export type Scope = 'gateway' | 'isolate';

/** What may be asked of a report: the mirrors of one route, or one mirror by its name. */
export interface ReportFilter {
  readonly route?: string;
  readonly mirror?: string;
}

export interface MirrorReport {
  /** Id of the route; `other` for the mirrors beyond the first 1,000. */
  readonly route: string;
  /** Its name: the configured `host`, with its `path` where the route has another one of this host. */
  readonly mirror: string;
  /** Copies of this mirror by outcome, compared or not; failed and skipped ones by reason. */
  readonly sent: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly skipped: Readonly<Record<string, number>>;
  /** Compared pairs: `same + different`. */
  readonly pairs: number;
  /** Holds `noise_only`. */
  readonly same: number;
  /** Pairs with a difference that is shown. */
  readonly different: number;
  /** Pairs that differ, though only by what is ignored, noise or undecided. */
  readonly noise_only: number;
  /** Pairs of responses that were not compared, by reason; they are not in `pairs`. */
  readonly not_compared: Readonly<Partial<Record<NotCompared, number>>>;
  /** Share of the pairs that is different, with its bounds of 95 %. */
  readonly rate: { readonly different: number; readonly low: number; readonly high: number };
  /** Pairs by class of the primary's and then of the mirror's status, compared or not. A status of gRPC is as `grpc:14`. */
  readonly statuses: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Times to the responses' heads; `lag` is the mirror's less the primary's, pair by pair, and may be negative. */
  readonly latency: Readonly<Record<'primary' | 'mirror' | 'lag', Quantiles>>;
  /** Those with most differing pairs first. */
  readonly endpoints: readonly EndpointReport[];
}

export interface EndpointReport {
  /** `OTHER`: a method that no RFC names; `*` with the path `other`: all endpoints beyond the first 1,000. */
  readonly method: string;
  /** Segments that look like ids are replaced by their kind: `/users/{n}`. */
  readonly path: string;
  readonly pairs: number;
  readonly different: number;
  readonly noise_only: number;
  /** Pairs of two of the old version's responses: what differs there is noise. */
  readonly baselines: number;
  /** Shown ones first, among them the status, then undecided ones; of each, those of most pairs first. */
  readonly differences: readonly DifferenceReport[];
}

export interface DifferenceReport {
  /** `status`, a field's name, or a JSON Pointer with `*` for indices and names that look like ids. */
  readonly place: string;
  readonly kind: DifferenceKind;
  /** True for what is beyond the first 200 places of the endpoint; `place` is `other` then. */
  readonly rest?: true;
  /** Pairs that show it. */
  readonly count: number;
  /** Pairs of these in which it was ignored. */
  readonly ignored: number;
  /** Baselines that show it. */
  readonly noise: number;
  /** False where it is ignored, noise or undecided. */
  readonly shown: boolean;
  /** True for what is too rare to be told from noise by the baselines so far. */
  readonly undecided?: true;
  readonly first: string;
  readonly last: string;
  readonly examples: readonly ExampleReport[];
}

export interface ExampleReport {
  readonly request_id: string;
  /** When both responses were compared. */
  readonly time: string;
  /** Path without query. */
  readonly path: string;
  /** Small previews; absent where there is no value. */
  readonly primary?: unknown;
  readonly mirror?: unknown;
}
