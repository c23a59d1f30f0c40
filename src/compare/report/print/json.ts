import { inOneLine } from '../../../http/quoted.ts';
import type { Report } from '../report.ts';

/**
 * The report as JSON for programs. Invisible characters in texts from outside are escaped, also those that JSON allows:
 * it may be printed on a terminal.
 */
export function reportJson(report: Report): string {
  return JSON.stringify(report, null, 2).split('\n').map(inOneLine).join('\n');
}
