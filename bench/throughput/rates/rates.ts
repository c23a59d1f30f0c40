import type { Setting } from '../setting.ts';
import { printRates } from './report.ts';
import { takeRounds } from './rounds.ts';

/** Measures requests per second of every subject, in every case and mode. */
export async function rates(setting: Setting): Promise<void> {
  for (const name of setting.options.cases) await takeRounds(setting, name);
  printRates(setting);
}
