import process from 'node:process';
import { parseArgs } from 'node:util';
import { documentText } from '../config/fault.ts';
import { trustProxies } from '../request/inbound.ts';
import { explain } from '../explain/explain.ts';
import { checkQuestion, type Question } from '../explain/question.ts';
import { explanationText } from '../explain/print.ts';
import { trimmed } from '../http/fields.ts';
import { quoted } from '../http/quoted.ts';
import { compileRoutes } from '../route-table.ts';
import { cidrs, SettingError } from '../settings/values.ts';
import { StoreError } from '../stores/error.ts';
import { fileStore } from '../stores/file/file-store.ts';

const USAGE =
  'usage: proxy-mirror explain [--routes FILE] [METHOD] URL [-H "name: value"]... ' +
  '[--body-length BYTES] [--remote-addr IP] [--trusted-proxies LIST] [--json]';

/**
 * Prints what the gateway would do with a request, according to the routes in a file. Sends nothing. Limits and
 * breakers are in the state of a gateway that has just started; `POST /apisix/admin/explain` asks a running one.
 */
export async function explainCommand(args: readonly string[]): Promise<void> {
  try {
    console.log(await printExplanation(args));
  } catch (error) {
    if (!(error instanceof SettingError || error instanceof StoreError)) throw error;
    console.error(`proxy-mirror: ${error.message}`);
    process.exitCode = 2;
  }
}

async function printExplanation(args: readonly string[]): Promise<string> {
  const { flags, url, method } = parse(args);
  const question: Question = {
    url,
    ...(method !== undefined && { method }),
    headers: headersOf(flags.header ?? []),
    ...(flags['body-length'] !== undefined && { body_length: Number(flags['body-length']) }),
    ...(flags['remote-addr'] !== undefined && { remote_addr: flags['remote-addr'] }),
  };
  const checked = checkQuestion(question);
  if (!checked.ok) throw new SettingError(documentText(checked.faults, null).join('; '));
  const trusted = flags['trusted-proxies'] ?? process.env['TRUSTED_PROXIES'] ?? '';
  const document = await fileStore(flags.routes ?? process.env['ROUTES'] ?? 'routes.json').load();
  const explanation = explain(checked.value, {
    document,
    table: compileRoutes(document, null, { instance: () => '<id of the gateway>' }),
    trust: trustProxies(cidrs(trusted, '--trusted-proxies')),
    hostOfUrl: false,
  });
  return flags.json ? JSON.stringify(explanation, null, 2) : explanationText(explanation);
}

function parse(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        routes: { type: 'string' },
        header: { type: 'string', short: 'H', multiple: true },
        'body-length': { type: 'string' },
        'remote-addr': { type: 'string' },
        'trusted-proxies': { type: 'string' },
        json: { type: 'boolean' },
      },
    });
    const [url, method, ...more] = positionals.toReversed();
    if (url === undefined || more.length > 0) {
      throw new TypeError(
        `expected a URL, or a method and a URL, found ${positionals.length} words`,
      );
    }
    return { flags: values, url, method };
  } catch (error) {
    throw new SettingError(`${(error as Error).message}\n${USAGE}`);
  }
}

/** Parses `name: value` as in curl's `-H`; repeated names are collected in a list. */
function headersOf(lines: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new SettingError(`-H: expected "name: value", found ${quoted(line)}`);
    (headers[line.slice(0, colon)] ??= []).push(trimmed(line, colon + 1));
  }
  return headers;
}
