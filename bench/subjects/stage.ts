import type { Pinning } from '../machine/pin.ts';
import type { Origins } from '../origins/origins.ts';
import { MissingError } from '../report/series.ts';
import { probe } from './probe.ts';
import { type Running, start } from './running.ts';
import type { Subject } from './subject.ts';

/** A subject that responds, and the cases that it was warmed up for. */
export interface OnStage extends Running {
  readonly warm: Set<string>;
}

/** Keeps subjects running, one process each, from their first use. */
export interface Stage {
  readonly origins: Origins;
  /** @throws why it cannot run; from then on every time, once it has failed twice in a row */
  enter(subject: Subject): Promise<OnStage>;
  /** The last output of a subject whose process exited on its own; else `null`. */
  lastWords(subject: Subject): string | null;
  /** Stops a subject's process; its next use starts a new one. */
  leave(subject: Subject): Promise<void>;
  empty(): Promise<void>;
}

export function newStage(origins: Origins, pinned: Pinning): Stage {
  const running = new Map<Subject, OnStage>();
  const refused = new Map<Subject, Error>();

  async function leave(subject: Subject): Promise<void> {
    const left = running.get(subject);
    running.delete(subject);
    await left?.stop();
  }

  async function begin(subject: Subject): Promise<OnStage> {
    const started = { ...(await start(subject, origins, pinned)), warm: new Set<string>() };
    running.set(subject, started);
    const fault = await probe(started, origins);
    if (fault === null) return started;
    await leave(subject);
    throw new Error(`wrong: ${fault}`);
  }

  return {
    origins,
    leave,
    lastWords(subject) {
      const there = running.get(subject);
      if (there === undefined || isRunning(there)) return null;
      return there.program.stderr().trim().split('\n').at(-1)!;
    },
    async enter(subject) {
      const before = refused.get(subject);
      if (before !== undefined) throw before;
      const there = running.get(subject);
      if (there !== undefined && isRunning(there)) return there;
      await leave(subject);
      // Another process may just have taken its port.
      const again = (error: Error) => {
        if (error instanceof MissingError) throw error;
        return begin(subject);
      };
      return begin(subject)
        .catch(again)
        .catch((error: Error) => {
          refused.set(subject, error);
          throw error;
        });
    },
    empty: async () => void (await Promise.all([...running.keys()].map(leave))),
  };
}

function isRunning({ program: { child } }: Running): boolean {
  return child.exitCode === null && child.signalCode === null;
}
