import type { RuntimeName } from '../../runtimes/runtime.ts';
import { can, type Capability } from '../platform.ts';
import type { Case } from './case.ts';
import type { Difference } from './difference.ts';
import type { Pair } from './observe.ts';

/** A difference that is intended, or that a runtime makes unavoidable, and the reason. */
export interface Rule {
  readonly name: string;
  /** Where the rule applies. Default: everywhere. */
  readonly on?: (runtime: RuntimeName) => boolean;
  readonly accepts: (difference: Difference, exchange: Exchange) => boolean;
}

/** What a rule may use to recognise its difference. */
export interface Exchange {
  readonly runtime: RuntimeName;
  readonly exchange: Case;
  readonly pair: Pair;
  readonly gateway: { readonly port: number };
  readonly upstream: { readonly node: string };
}

export const where =
  (what: Capability) =>
  (runtime: RuntimeName): boolean =>
    can(runtime, what);

export const unless =
  (what: Capability) =>
  (runtime: RuntimeName): boolean =>
    !can(runtime, what);

/** A predicate for differences of one kind. */
export const is =
  (side: Difference['side'], what: Difference['what'], name?: string | RegExp) =>
  (difference: Difference): boolean =>
    difference.side === side &&
    difference.what === what &&
    (name === undefined ||
      (typeof name === 'string' ? difference.name === name : name.test(difference.name)));

export const isGone = ({ through }: Difference): boolean => through.length === 0;
