import type { ReportSource } from '../compare/report/api.ts';
import { reportHtml } from '../compare/report/print/html.ts';
import { reportJson } from '../compare/report/print/json.ts';
import { reportMarkdown } from '../compare/report/print/markdown.ts';
import type { Report } from '../compare/report/report.ts';

/** A form in which a report is saved. */
interface Form {
  /** What the link to it says. */
  readonly label: string;
  readonly type: string;
  readonly print: (report: Report) => string;
}

/** By the endings of their files. */
export const FORMS: Readonly<Record<'json' | 'md' | 'html', Form>> = {
  json: {
    label: 'Save as JSON',
    type: 'application/json',
    print: reportJson,
  },
  md: { label: 'Save as Markdown', type: 'text/markdown', print: reportMarkdown },
  html: { label: 'Save as HTML', type: 'text/html', print: reportHtml },
};

/** The report of a `route` and a `mirror`, or of all, as the text of a file. */
export async function reportFile(
  ending: keyof typeof FORMS,
  query: URLSearchParams,
  source: ReportSource,
): Promise<string> {
  const given = (['route', 'mirror'] as const).filter((name) => query.has(name));
  const filter = Object.fromEntries(given.map((name) => [name, query.get(name)!]));
  return FORMS[ending].print(await source.report(filter));
}
