import { type MemoryBudget, record, type Recording } from '../exchange/record.ts';
import type { Inbound } from '../http/inbound.ts';
import type { Outbound } from '../http/outbound.ts';
import type { Mirror } from './mirror.ts';
import type { Outcome } from './outcome.ts';
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
   * The primary answered. A body that still passes may go on, but an upstream that has answered may
   * also leave the rest unread, and not every runtime tells: it is given up when it stands still.
   */
  answered(): void;
}

const NONE: readonly Mirror[] = [];

/**
 * Decides by a request's head which mirrors get a copy, and starts recording its body if one needs
 * it. `null` when none does. To be called before the upload is read.
 */
export function planCopies(
  inbound: Inbound,
  mirrors: readonly Mirror[],
  { sender, budget, onOutcome }: CopiesOptions,
): PlannedCopies | null {
  const chosen = choose();
  if (chosen.length === 0) return null;
  const recording = recordFor(chosen, inbound, budget);
  return {
    send: (primary) =>
      recording === null
        ? sendAll(chosen, primary, null)
        : sendRecorded(recording, chosen, primary),
    giveUp: () => recording?.giveUp(),
    answered: () => recording?.giveUpWhenIdle(Math.max(...chosen.map(({ timeout }) => timeout))),
  };

  /** Makes a list only when some are chosen and some are not. */
  function choose(): readonly Mirror[] {
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

  async function sendRecorded(recorded: Recording, to: readonly Mirror[], primary: Outbound) {
    const settled = sender.onAbandon(recorded.giveUp);
    const { bytes, missing } = await recorded.done;
    settled();
    if (bytes === null) {
      for (const mirror of to)
        onOutcome(inbound, mirror, { outcome: 'skipped', reason: missing }, 0);
      return;
    }
    try {
      await sendAll(to, primary, bytes);
    } finally {
      recorded.release();
    }
  }

  function sendAll(to: readonly Mirror[], primary: Outbound, body: Uint8Array | null) {
    if (to.length === 1) return sendOne(to[0]!, primary, body);
    return Promise.all(to.map((mirror) => sendOne(mirror, primary, body)));
  }

  async function sendOne(mirror: Mirror, primary: Outbound, body: Uint8Array | null) {
    // Mirrors of one route may have different limits; the recording has the largest.
    if (body !== null && body.byteLength > mirror.maxBodySize) {
      onOutcome(inbound, mirror, { outcome: 'skipped', reason: 'body_too_large' }, 0);
      return;
    }
    const started = performance.now();
    const outcome = await sender.send(mirror, primary, body);
    onOutcome(inbound, mirror, outcome, (performance.now() - started) / 1000);
  }
}

function recordFor(
  mirrors: readonly Mirror[],
  { upload }: Inbound,
  budget: MemoryBudget,
): Recording | null {
  if (upload === null) return null;
  const recording = record(Math.max(...mirrors.map((mirror) => mirror.maxBodySize)), budget);
  upload.tap(recording.tap);
  return recording;
}
