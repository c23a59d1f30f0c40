import { expect, it } from 'vitest';
import type { TestServerRuntime } from '../../runtimes/runtime.ts';
import type { Ran, RunCommandLine } from '../../support/command-lines.ts';
import type { Program } from '../../support/process.ts';

interface BadSetting {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The rest of the one line, after `proxy-mirror: `. */
  readonly message: string | RegExp;
}

const PAIR = ['--upstream', 'http://127.0.0.1:1999', '--mirror', 'http://127.0.0.1:9797'];

const BAD_SETTINGS: readonly BadSetting[] = [
  { env: { PORT: 'http' }, message: 'PORT: expected a whole number from 0 to 65535, found "http"' },
  {
    env: { PORT: '65536' },
    message: 'PORT: expected a whole number from 0 to 65535, found "65536"',
  },
  { env: { PORT: '-1' }, message: 'PORT: expected a whole number from 0 to 65535, found "-1"' },
  { env: { PORT: '9080' }, args: ['--port', '1.5'], message: /^--port: .* found "1\.5"/ },
  { env: { MIRROR_MEMORY: '64 MB/s' }, message: 'MIRROR_MEMORY: expected bytes such as' },
  {
    args: ['--mirror-memory', '-1'],
    message: '--mirror-memory: expected',
  },
  { env: { SHUTDOWN_TIMEOUT: 'soon' }, message: 'SHUTDOWN_TIMEOUT: expected seconds from 0 to' },
  {
    args: ['--shutdown-timeout', '1e9'],
    message: '--shutdown-timeout: expected seconds from 0 to',
  },
  { env: { CLIENT_TIMEOUT: '0' }, message: 'CLIENT_TIMEOUT: expected seconds from 0.1 to 86400' },
  {
    args: ['--max-connections', '0'],
    message: '--max-connections: expected a whole number from 1',
  },
  {
    env: { TRUSTED_PROXIES: '10.0.0.0/33' },
    message: 'TRUSTED_PROXIES: expected addresses or ranges',
  },
  { args: ['--trusted-proxies', 'example.com'], message: '--trusted-proxies: expected addresses' },
  {
    env: { LOG_LEVEL: 'loud' },
    message: 'LOG_LEVEL: expected one of debug, info, warning, error, silent',
  },
  { args: ['--log-level', 'INFO'], message: '--log-level: expected one of debug' },
  { args: ['--log-format', 'xml'], message: '--log-format: expected one of json, text, auto' },
  { env: { SHUTDOWN_DELAY: '-1' }, message: 'SHUTDOWN_DELAY: expected seconds from 0 to' },
  {
    env: { TLS_CERT: 'a.crt', TLS_KEY: 'a.key' },
    message: 'TLS_CERT and TLS_KEY: expected TLS_PORT',
  },
  {
    env: { TLS_PORT: '0', TLS_CERT: 'a.crt,b.crt', TLS_KEY: 'a.key' },
    message: 'TLS_PORT: expected a TLS_CERT and a TLS_KEY for each certificate, found 2 and 1',
  },
  {
    env: { MAX_HEAD_SIZE: '1023' },
    message: 'MAX_HEAD_SIZE: expected bytes from 1024 to 1048576, found "1023"',
  },
  { args: ['--max-head-size', '2M'], message: '--max-head-size: expected bytes from 1024' },
  { args: ['--tls-port', 'https'], message: '--tls-port: expected a whole number from 0 to 65535' },
  { args: ['--tls-port', '0', '--tls-cert', 'a'], message: /^TLS_PORT: .*found 1 and 0$/ },
  { args: ['--no-such-flag'], message: 'unknown flag "--no-such-flag": proxy-mirror help serve' },
  { args: ['--prot=1'], message: 'unknown flag "--prot": did you mean --port? proxy-mirror help' },
  { args: ['stray'], message: 'unknown command "stray": proxy-mirror help lists all' },
  {
    args: ['http://127.0.0.1:1'],
    message: /^expected a command or a flag, found "http:.*npm start -- --upstream URL$/,
  },
  { args: ['chekc'], message: 'unknown command "chekc": did you mean check? proxy-mirror help' },
  { args: ['--port', '0', 'stray'], message: 'serve: expected no words, found "stray"' },
  { args: ['--host'], message: /--host.*argument/ },
  { args: ['--upstream', 'http://127.0.0.1:1'], message: '--upstream and --mirror: expected both' },
  { args: ['--mirror', 'http://127.0.0.1:1'], message: '--upstream and --mirror: expected both' },
  { args: ['--sample-ratio', '0.5'], message: '--upstream and --mirror: expected both' },
  {
    args: [...PAIR, '--sample-ratio', '2'],
    message: '--sample-ratio: expected a number from 0.00001 to 1',
  },
  {
    args: [...PAIR, '--mirror', 'http://a/path'],
    message: '--mirror: expected http:// or https://',
  },
  {
    args: [...PAIR, '--upstream', '127.0.0.1:1'],
    message: '--upstream: expected http:// or https://',
  },
  {
    args: [...PAIR, '--mirror', 'http://a_b'],
    message: /^--mirror: .*as in APISIX, the name of a mirror has no underscore/,
  },
  { args: [...PAIR, '--mirror', 'http://a:0'], message: '--mirror: invalid port 0' },
  { args: [...PAIR, '--upstream', 'http://a:0'], message: '--upstream: invalid port 0' },
  {
    args: [...PAIR, '--methods', 'FOO'],
    message:
      '--methods: expected some of GET,POST,PUT,DELETE,PATCH,HEAD,OPTIONS,CONNECT,TRACE,PURGE, such as GET,HEAD, found "FOO"',
  },
  { args: [...PAIR, '--methods', ''], message: /^--methods: expected some of .* found ""/ },
  { args: [...PAIR, '--baseline', 'primary'], message: '--baseline: expected --compare beside it' },
  {
    args: [...PAIR, '--compare', '--baseline', 'mirror'],
    message:
      '--baseline: expected "primary", or the URL of another instance of the old version, found "mirror"',
  },
  { args: ['--methods', 'GET'], message: '--upstream and --mirror: expected both' },
  { args: ['--compare'], message: '--upstream and --mirror: expected both' },
  { args: [...PAIR, '--routes', 'routes.json'], message: '--routes: expected alone' },
];

/** What is found out only when the gateway starts; and a variable, a flag, and two URLs. */
const STARTED: readonly BadSetting[] = [
  {
    env: { TLS_PORT: '0', TLS_CERT: '/no/such.crt', TLS_KEY: '/no/such.key' },
    message: 'TLS_CERT: expected a PEM file that can be read, found ENOENT at /no/such.crt',
  },
  {
    env: { TLS_PORT: '0', TLS_CERT: 'package.json', TLS_KEY: 'package.json' },
    message: /^TLS_CERT: .*package\.json: expected a certificate in PEM, found something else$/,
  },
  BAD_SETTINGS[0]!,
  BAD_SETTINGS.find(({ args = [] }) => args[0] === '--no-such-flag')!,
  BAD_SETTINGS.find(({ args = [] }) => args.includes('--baseline'))!,
];

/** Lines of the gateway alone: `bun start` adds which script it runs and how that ended. */
export function linesOf(printed: string): string[] {
  return printed
    .split('\n')
    .filter((text) => text !== '' && !text.startsWith('$ ') && !text.startsWith('error: script'));
}

/** What a process printed, and its status. */
export async function resultOf(program: Program): Promise<Ran> {
  const status = await program.exited;
  return { status: status ?? NaN, stdout: program.stdout(), stderr: program.stderr() };
}

/** An invalid setting prevents the start, with one helpful line. */
export function badSettings(
  runtime: TestServerRuntime,
  folder: () => string,
  commandLine: RunCommandLine,
): void {
  function expectRefused({ status, stdout, stderr }: Ran, { message }: BadSetting): void {
    const lines = linesOf(stderr);
    expect(lines).toEqual([expect.stringMatching(/^proxy-mirror: /)]);
    const text = lines[0]!.slice('proxy-mirror: '.length);
    if (typeof message === 'string') expect(text.slice(0, message.length)).toBe(message);
    else expect(text).toMatch(message);
    expect(status).toBe(2);
    expect(stdout).not.toContain('listening');
  }

  it.each(BAD_SETTINGS)('stops at $env $args', async (bad) => {
    expectRefused(await commandLine(bad.args ?? [], bad.env), bad);
  });

  it.each(STARTED)('ends the process at $env $args', async (bad) => {
    const { args = [], env = {} } = bad;
    expectRefused(await resultOf(runtime.launch(folder(), { args, env })), bad);
  });
}
