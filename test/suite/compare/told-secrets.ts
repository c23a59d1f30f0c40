import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestServerRuntime } from '../../runtimes/runtime.ts';
import { send } from '../../support/client.ts';
import { origin, type Origin } from '../../support/origin.ts';
import { line, type Program } from '../../support/process.ts';
import { until } from '../../support/until.ts';
import { MARK, PLACES, planting, REDACT, secretRequest } from './planted.ts';

const PATHS = Object.keys(PLACES);

/** Hooks that write all they are told. */
export function toldSecrets(runtime: TestServerRuntime): void {
  let program: Program;
  let upstream: Origin;
  let mirror: Origin;
  let url: string;
  beforeAll(async () => {
    [upstream, mirror] = await Promise.all([
      origin(planting('primary')),
      origin(planting('mirror')),
    ]);
    const rules = JSON.stringify({ compare: true, redact: REDACT });
    const script = new URL('../../support/telling-gateway.mjs', import.meta.url);
    program = runtime.script(script, [upstream.node, mirror.url, rules]);
    url = `http://127.0.0.1:${(await line(program, /^port (\d+)$/m))[1]}`;
  });
  afterAll(async () => {
    program.signal('SIGKILL');
    await Promise.all([program.exited, upstream.close(), mirror.close()]);
  });

  it.each([
    ['gateway', { onEvent: 3, onOutcome: 1, onComparison: 1 }],
    ['app', { onOutcome: 1, onComparison: 1 }],
  ])('tells hooks of none of them: %s', async (part, hooks) => {
    for (const path of PATHS) {
      const [target, options] = secretRequest(path);
      await send(url, `/${part}${target}`, options);
    }
    const told = (hook: string) =>
      program
        .stdout()
        .split('\n')
        .filter((text) => text.startsWith(`${hook} `) && text.includes(`/${part}/`));
    for (const [hook, each] of Object.entries(hooks))
      await until(() => told(hook).length >= each * PATHS.length, 10_000, `${hook} of ${part}`);
    const all = Object.keys(hooks).flatMap(told);
    expect(all.filter((text) => text.includes(MARK))).toEqual([]);
    expect(all.filter((text) => /token=#[\da-f]{8}/.test(text))).toHaveLength(all.length);
    expect(
      told('onComparison')
        .join()
        .match(/"#[\da-f]{8}"/g)!.length,
    ).toBeGreaterThan(10);
  });
}
