import type { Subject } from '../../subjects/subject.ts';
import { type CaseName, copiedOf, type Mode, rateOf } from '../cases.ts';
import { type Setting, say } from '../setting.ts';
import { settled, takeTurn } from './turn.ts';

/** Rounds of turns: in each round every subject in every mode, one after another: A B A B. */
export async function takeRounds(setting: Setting, name: CaseName): Promise<void> {
  const { options, subjects } = setting;
  for (let round = 1; round <= options.turns; round++) {
    say(`${name}: round ${round} of ${options.turns}`);
    for (const mode of options.modes) {
      for (const subject of subjects) await attempt(setting, { subject, case: name, mode });
    }
  }
}

interface Entry {
  readonly subject: Subject;
  readonly case: CaseName;
  readonly mode: Mode;
}

/** A subject that has failed is not measured again in the same case and mode. */
async function attempt(setting: Setting, entry: Entry): Promise<void> {
  const { figures, stage } = setting;
  const rate = rateOf(entry.case, entry.mode, entry.subject.name);
  if ((figures.get(rate)?.fault ?? null) !== null) return;
  try {
    const turn = await warmTurn(setting, entry);
    figures.add(rate, turn.requestsPerSecond);
    figures.add(copiedOf(entry.case, entry.mode, entry.subject.name), turn.copied);
  } catch (error) {
    const words = stage.lastWords(entry.subject);
    const fault = words === null ? (error as Error) : new Error(`it crashed ${words}`.trim());
    figures.fail(rate, fault);
    say(`${rate}: ${fault.message}`);
    await stage.leave(entry.subject);
  }
  // Competitors may have delayed any number of copies to a mirror that stalls.
  if (entry.mode === 'stalled' && entry.subject.kind !== 'ours') await stage.leave(entry.subject);
  if (!(await settled(stage.origins))) await stage.leave(entry.subject);
}

async function warmTurn({ stage, options }: Setting, { subject, case: name, mode }: Entry) {
  const { connections, seconds } = options;
  const { url, warm } = await stage.enter(subject);
  const load = { url, case: name, connections, seconds };
  // With a stalled mirror a warm-up would pile up copies.
  const warmUp = mode === 'stalled' ? 'mirrored' : mode;
  if (!warm.has(`${name} ${warmUp}`)) {
    await takeTurn(stage.origins, { ...load, mode: warmUp });
    warm.add(`${name} ${warmUp}`);
    await settled(stage.origins);
  }
  return takeTurn(stage.origins, { ...load, mode });
}
