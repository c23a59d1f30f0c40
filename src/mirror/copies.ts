import { type MemoryBudget, record } from '../exchange/record.ts';
import type { Inbound } from '../http/inbound.ts';
import type { Outbound } from '../http/outbound.ts';
import type { Mirror } from './mirror.ts';
import type { Outcome } from './outcome.ts';
import { Copies, RecordedCopies, WholeCopies } from './planned.ts';
import type { CopySender } from './send.ts';

/** Told of every outcome: exactly one per matched request and mirror. */
export type OnOutcome = (
  request: Inbound,
  mirror: Mirror,
  outcome: Outcome,
  seconds: number,
) => void;

export interface CopiesOptions {
  readonly sender: CopySender;
  readonly budget: MemoryBudget;
  readonly onOutcome: OnOutcome;
}

/** Copies that a request shall get, once it is on its way. */
export interface PlannedCopies {
  /**
   * Sends them as soon as their bytes are there. The promise is for `waitUntil`; it never rejects,
   * and nobody else may wait for it.
   */
  send(primary: Outbound): Promise<unknown>;
  /** The primary failed: a body that has not passed whole by now never will. */
  giveUp(): void;
  /**
   * Lets a body that still passes go on, but gives it up when it stands still: who reads it may leave
   * the rest unread, as an upstream does that has answered, and not every runtime tells.
   *
   * @param milliseconds that it may do so, and up to twice as many. Default: the longest `timeout`
   */
  giveUpWhenIdle(milliseconds?: number): void;
}

/**
 * Decides by a request's head which mirrors get a copy, and starts recording its body if one needs
 * it. `null` when none does. To be called before the upload is read.
 */
export function planCopies(
  inbound: Inbound,
  mirrors: readonly Mirror[],
  options: CopiesOptions,
): PlannedCopies | null {
  const chosen = choose(inbound, mirrors, options.onOutcome);
  if (chosen.length === 0) return null;
  const { upload } = inbound;
  if (upload === null) return new Copies(inbound, chosen, options);
  if (upload.whole !== null) return new WholeCopies(inbound, chosen, options, upload.whole);
  const limit = Math.max(...chosen.map(({ maxBodySize }) => maxBodySize));
  const recording = record(limit, options.budget);
  upload.tap(recording.tap);
  return new RecordedCopies(inbound, chosen, options, recording);
}

const NONE: readonly Mirror[] = [];

/** Makes a list only when some are chosen and some are not. */
function choose(
  inbound: Inbound,
  mirrors: readonly Mirror[],
  onOutcome: OnOutcome,
): readonly Mirror[] {
  let some: Mirror[] | null = null;
  for (let i = 0; i < mirrors.length; i++) {
    const mirror = mirrors[i]!;
    const reason = mirror.refuses(inbound);
    if (reason === null) {
      some?.push(mirror);
      continue;
    }
    onOutcome(inbound, mirror, { outcome: 'skipped', reason }, 0);
    if (mirrors.length === 1) return NONE;
    some ??= mirrors.slice(0, i);
  }
  return some ?? mirrors;
}
