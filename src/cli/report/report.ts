import process from 'node:process';
import { reportHtml } from '../../compare/report/print/html.ts';
import { reportJson } from '../../compare/report/print/json.ts';
import { reportMarkdown } from '../../compare/report/print/markdown.ts';
import { reportText } from '../../compare/report/print/text.ts';
import type { Report } from '../../compare/report/report.ts';
import { origin, SettingError, wholeNumber } from '../../settings/values.ts';
import { type Call, EXIT_USAGE } from '../command.ts';
import { askForReport, NoReport } from './ask.ts';
import { judge, type Judgement, parseCondition } from './gate.ts';

const DEFAULT_GATEWAY = 'http://127.0.0.1:9080';

const FORMATS: Readonly<Record<string, (report: Report) => string>> = {
  json: reportJson,
  markdown: reportMarkdown,
  html: reportHtml,
};

const EXIT_STATUSES: Readonly<Record<Judgement['outcome'], number>> = {
  passed: 0,
  failed: 1,
  unknown: EXIT_USAGE,
};

/**
 * Prints a gateway's report of how its mirrors responded, and judges it by conditions: on the standard error, so that the
 * report can be read by programs.
 */
export async function report({ flags, all }: Call): Promise<void> {
  const formats = Object.keys(FORMATS).filter((name) => name in flags);
  if (formats.length > 1)
    throw new SettingError(
      `report: expected one format, found ${formats.map((name) => `--${name}`).join(' and ')}`,
    );
  const print = FORMATS[formats[0] ?? ''] ?? reportText;
  const conditions = (all['fail-on'] ?? []).map(parseCondition);
  const asked = flags['min-pairs'] ?? (conditions.length > 0 ? '1' : '0');
  const minPairs = wholeNumber(0, Number.MAX_SAFE_INTEGER)(asked, '--min-pairs');
  const gateway = origin(flags['url'] ?? DEFAULT_GATEWAY, '--url');
  const { ADMIN_KEY: adminKey } = process.env;
  try {
    const { route, mirror } = flags;
    const found = await askForReport({ gateway, adminKey, route, mirror });
    console.log(print(found));
    const { outcome, lines } = judge(found, conditions, minPairs);
    for (const line of lines) console.error(line);
    process.exitCode = EXIT_STATUSES[outcome];
  } catch (error) {
    if (!(error instanceof NoReport)) throw error;
    console.error(`proxy-mirror: ${error.message}`);
    process.exitCode = EXIT_USAGE;
  }
}
