import { DEFAULTS } from '../settings/defaults.ts';
import { SERVER_SETTINGS } from '../settings/table.ts';
import type { Command, Option } from './command.ts';

const ROUTES: Option = settingOf('routes');

/** Where a gateway on this machine is, if nothing else was said. */
const GATEWAY = `http://127.0.0.1:${DEFAULTS.port}`;

/** All commands, in the order of the help. The first one runs when none is named. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'serve',
    summary: 'run the gateway; the command when none is named',
    options: SERVER_SETTINGS.flatMap(({ flag }) => (flag === undefined ? [] : [settingOf(flag)])),
    notes: [
      'A flag wins over its variable, which is in parentheses. ADMIN_KEY, the key of the control',
      'plane, has no flag, as other users can see command lines.',
      'SIGTERM and SIGINT: finish what is under way, then exit. SIGHUP: read the routes again.',
      'SIGUSR2: replace the workers, if there are several, without a failed request.',
    ],
    load: async () => (await import('./serve.ts')).serve,
  },
  {
    name: 'demo',
    summary: 'run a gateway with an upstream and a mirror of its own, to try it',
    options: [
      {
        flag: 'port',
        value: 'N',
        help: `default ${DEFAULTS.port}, or a free one if that is taken (PORT)`,
      },
    ],
    notes: [
      'It listens on the loopback only, as it has no key: HOST and ADMIN_KEY have no effect.',
      `From another machine: ssh -L ${DEFAULTS.port}:127.0.0.1:${DEFAULTS.port} HOST`,
    ],
    load: async () => (await import('./demo/demo.ts')).demo,
  },
  {
    name: 'check',
    words: ['[FILE]', 1],
    summary: 'print what is wrong with a routes document, and what its mirrors would get',
    options: [],
    notes: [
      'FILE: default ROUTES, or else routes.json, which alone may be missing, as for serve.',
      'One fault a line, and status 1. Status 0 if there is none, also where lines say what to be',
      'careful of: mirrors that would get writes or credentials; and what would be compared.',
    ],
    load: async () => (await import('./check.ts')).check,
  },
  {
    name: 'explain',
    words: ['[METHOD] URL', 2],
    summary: 'print what would happen to a request; sends nothing',
    options: [
      ROUTES,
      { flag: 'header', short: 'H', value: '"NAME: VALUE"', help: 'a field; may be repeated' },
      { flag: 'body-length', value: 'BYTES', help: 'length of its body; default 0' },
      { flag: 'remote-addr', value: 'IP', help: 'address of the client; default 127.0.0.1' },
      settingOf('trusted-proxies'),
      { flag: 'json', help: 'print JSON' },
    ],
    notes: [
      'The routes are those of the file; no gateway is asked, whatever the URL is. A running one explains, with',
      'its own routes, limits and breakers:',
      `  curl ${GATEWAY}/apisix/admin/explain -H "X-API-KEY: $ADMIN_KEY" -d '{"url": "/cart"}'`,
    ],
    load: async () => (await import('./explain.ts')).explainCommand,
  },
  {
    name: 'report',
    summary: 'print how mirrors responded, and fail a pipeline where they differ',
    options: [
      { flag: 'url', value: 'URL', help: `the gateway; default ${GATEWAY}` },
      { flag: 'route', value: 'ID', help: 'mirrors of this route alone' },
      { flag: 'mirror', value: 'URL', help: 'the mirror with this host alone' },
      { flag: 'json', help: 'print JSON' },
      { flag: 'markdown', help: 'print Markdown' },
      { flag: 'html', help: 'print HTML, one file that needs no other' },
      {
        flag: 'fail-on',
        value: 'CONDITION',
        help: 'fail if it is true of a mirror; may be repeated',
      },
      {
        flag: 'min-pairs',
        value: 'N',
        help: 'pairs that each mirror must have; default 0, with --fail-on 1',
      },
    ],
    notes: [
      'The key of the gateway is in the variable ADMIN_KEY.',
      '',
      'Conditions, in quotes as shells read > themselves:',
      "  'different>0.1%'     share of the compared pairs that differ; not by noise alone",
      "  'not_compared>=5%'   share of the pairs chosen for it that were not compared",
      "  'failed>0.01'        share of the copies that failed; not those that were skipped",
      "  'skipped>5%'         share of the copies to be sent that were not, such as by an open breaker",
      "  'p99_ratio>1.5'      p99 of the mirror, divided by that of the primary",
      "  'new_5xx>0'          pairs with 5xx of the mirror, and another status of the primary",
      '',
      'Status 0: no condition is true. 1: one is. 2: too few pairs, or no report to judge.',
    ],
    load: async () => (await import('./report/report.ts')).report,
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of a routes document, for editors',
    options: [],
    load: async () => (await import('./schema.ts')).schema,
  },
  {
    name: 'help',
    words: ['[COMMAND]', 1],
    summary: 'print the options of a command',
    options: [],
    load: async () => (await import('./help.ts')).help,
  },
];

/** A setting of the server as an option of a command. */
function settingOf(name: string): Option {
  const { variable, value, help, fallback } = SERVER_SETTINGS.find(({ flag }) => flag === name)!;
  const more = [
    ...(fallback === undefined ? [] : [`; default ${fallback}`]),
    ...(variable === undefined ? [] : [` (${variable})`]),
  ];
  return { flag: name, ...(value !== undefined && { value }), help: help + more.join('') };
}
