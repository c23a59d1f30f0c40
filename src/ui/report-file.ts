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

/** Longest part of a file's name. */
const MAX_CHARACTERS = 64;

/**
 * The name of a file that holds a report: of which route and mirror that is, and when it was saved (UTC).
 *
 * @example 'proxy-mirror-report-shop-127.0.0.1-9797-2026-11-27T22-10Z.json'
 */
export function reportName(
  ending: keyof typeof FORMS,
  query: URLSearchParams,
  nowMs: number,
): string {
  const mirror = query.get('mirror')?.replace(/^\w+:/, '');
  const minute = `${new Date(nowMs).toISOString().slice(0, 16)}Z`;
  const parts = [query.get('route'), mirror].map((part) => part?.slice(0, MAX_CHARACTERS));
  const name = ['proxy-mirror-report', ...parts.filter(Boolean), minute].join('-');
  return `${name.replaceAll(/[^\w.]+/g, '-')}.${ending}`;
}

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
