import { resolve } from 'node:path';
import process from 'node:process';
import { documentText } from '../config/fault.ts';
import { inOneLine } from '../http/quoted.ts';
import { explain } from '../explain/explain.ts';
import { explanationText } from '../explain/print.ts';
import { checkQuestion, type Question, splitHeaderLines } from '../explain/question.ts';
import { trustProxies } from '../request/inbound.ts';
import { readRoutesFile } from '../settings/server.ts';
import { cidrs, SettingError } from '../settings/values.ts';
import { EMPTY_DOCUMENT } from '../stores/document-text.ts';
import { fileStore } from '../stores/file/file-store.ts';
import type { Arguments, Call } from './command.ts';
import { loadRoutes } from './routes.ts';

/** What a path alone leaves open. */
const NO_HOST =
  'note      no host was given, so this is for localhost: give a URL such as ' +
  'http://shop.example/cart, or -H "Host: shop.example"';

/**
 * Prints what the gateway would do with a request, according to the routes in a file. Sends nothing. Limits and
 * breakers are in the state of a gateway that has just started; `POST /apisix/admin/explain` asks a running one. As a URL may
 * look like that of a running one, the first line says where the routes come from.
 */
export async function explainCommand(call: Call): Promise<void> {
  const { flags } = call;
  const question = questionOf(call);
  const checked = checkQuestion(question);
  if (!checked.ok) throw new SettingError(documentText(checked.faults, null).join('; '));
  const trusted = flags['trusted-proxies'] ?? process.env['TRUSTED_PROXIES'] ?? '';
  const trust = trustProxies(cidrs(trusted, '--trusted-proxies'));
  const { path, given } = readRoutesFile(flags, process.env);
  const routes = await loadRoutes(fileStore(path, { mustExist: given }));
  const explanation = explain(checked.value, { ...routes, trust, hostOfUrl: false });
  if ('json' in flags) return console.log(JSON.stringify(explanation, null, 2));
  const found = routes.document === EMPTY_DOCUMENT ? ', which is not there' : '';
  console.log(inOneLine(`file      ${resolve(path)}${found}`));
  console.log(explanationText(explanation));
  if (!namesHost(question)) console.log(NO_HOST);
}

function questionOf({ words, flags, all }: Arguments): Question {
  const [url, method] = words.toReversed();
  if (url === undefined)
    throw new SettingError(
      'expected a URL, or a method and a URL, found 0 words; proxy-mirror help explain says more',
    );
  return {
    url,
    ...(method !== undefined && { method }),
    headers: headersOf(all['header'] ?? []),
    ...(flags['body-length'] !== undefined && { body_length: Number(flags['body-length']) }),
    ...(flags['remote-addr'] !== undefined && { remote_addr: flags['remote-addr'] }),
  };
}

function namesHost({ url, headers = {} }: Question): boolean {
  return !url.startsWith('/') || Object.keys(headers).some((name) => name.toLowerCase() === 'host');
}

function headersOf(lines: readonly string[]): Record<string, string[]> {
  const headers = splitHeaderLines(lines);
  if (typeof headers === 'string') throw new SettingError(`-H: ${headers}`);
  return headers;
}
