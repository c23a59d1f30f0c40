/** How the mirror's response compares with the primary's. */
export type Comparison = {
  /** How the report counts the statuses of both, if not by their classes: `grpc:14`. */
  readonly statuses?: readonly string[];
} & (
  | {
      /** `same`: no difference but ignored ones. */
      readonly result: 'same' | 'different';
      /** Each place and kind at most once. */
      readonly differences: readonly Difference[];
    }
  | { readonly result: 'not_compared'; readonly reason: NotCompared }
);

/** One way in which two responses differ. */
export interface Difference {
  /** `status`, a field's name in lower case, or a JSON Pointer with `*` for indices; the empty text is the whole body. */
  readonly place: string;
  readonly kind: DifferenceKind;
  /** Matched by the attribute `ignore`. */
  readonly ignored: boolean;
  /** Small previews: JSON values, long texts cut, secrets redacted. `undefined` where there is none. */
  readonly primary: unknown;
  readonly mirror: unknown;
}

export type DifferenceKind = 'value' | 'type' | 'missing' | 'extra' | 'order' | 'length';

/** Why a copy that was chosen for comparison was not compared. */
export type NotCompared =
  | 'primary_failed'
  | 'mirror_failed'
  | 'body_too_large'
  | 'body_incomplete'
  | 'memory_limit'
  | 'encoding'
  | 'overload'
  | 'shutdown';
