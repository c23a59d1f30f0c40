import type { FullCompare } from '../../../config/compare.ts';
import { shownPlace } from '../../../compare/report/print/words.ts';
import type { DifferenceReport } from '../../../compare/report/report.ts';
import { printable } from '../../../http/quoted.ts';
import { isIgnored } from '../../ignoring.ts';
import type { Choice } from './choice.ts';

export interface PlacesProps {
  readonly choice: Choice;
  /** How the mirror is compared now; `null`: it is not. */
  readonly rules: FullCompare | null;
}

/** Whether the rules in force leave a place out that the report may still count. */
export function isIgnoredNow(place: string, rules: PlacesProps['rules']): boolean {
  return rules !== null && place !== '' && isIgnored(rules, place);
}

export function nameOfPlace(difference: DifferenceReport): string {
  return difference.rest ? 'all further places' : printable(shownPlace(difference));
}
