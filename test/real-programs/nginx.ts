import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Seen } from '../support/origin.ts';
import type { Stage } from '../support/stage.ts';
import { can } from '../suite/platform.ts';
import { until } from '../support/until.ts';
import { command } from './command.ts';
import { program } from './program.ts';
import { type CurlResponse, curl, field } from './curl/response.ts';
import { copiesOf, expectOutcomes, passage } from './passage.ts';
import { CASES } from './nginx/cases.ts';
import { FILES, writeFiles } from './nginx/files.ts';
import { LOGGED, type Nginx, nginx as serve } from './nginx/server.ts';

/** nginx serves files to curl: both ends see the same with the gateway as without. */
export function nginx(stage: Stage): void {
  let folder: string;
  let server: Nginx;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-nginx-'));
    await writeFiles(join(folder, 'files'));
    server = await serve(folder);
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  it.each(CASES)('%s: %s', async (statuses, _, file, ...args) => {
    const way = await passage(stage, 'nginx', server);
    const direct = await curl(`${server.url}/${way.id}/${file}`, ...args);
    const through = await curl(`${way.url}/${file}`, ...args);
    expect(through.lines.map((line) => line.split(' ')[1]).join(' ')).toBe(statuses);
    expect(shown(through)).toEqual(shown(direct));

    const count = through.lines.length;
    await expectOutcomes(stage, way, { 'sent 2xx': count });
    let log: string[] = [];
    const logged = async () => (log = await server.log(`/${way.id}`)).length === 2 * count;
    await until(logged, 5000, `${2 * count} lines in the log of nginx`);
    expect(log.slice(count)).toEqual(log.slice(0, count));
    // Two copies may arrive in another order.
    expect(copiesOf(stage, way).map(asLogged).toSorted()).toEqual(log.slice(count).toSorted());
  });

  it('a download that curl resumes', async () => {
    const way = await passage(stage, 'nginx', server);
    const large = FILES['large.bin'] as Buffer;
    const file = join(folder, way.id);
    await writeFile(file, large.subarray(0, 12_345_678));
    const options = ['-q', '-sS', '-C', '-', '-o', file, '-w', '%{http_code} %{size_download}'];
    const { stdout } = await command(program('curl'), [...options, `${way.url}/large.bin`]);
    expect(stdout).toBe(`206 ${large.length - 12_345_678}`);
    expect(large.equals(await readFile(file))).toBe(true);
    await expectOutcomes(stage, way, { 'sent 2xx': 1 });
  });

  it.each([
    ['413 to its length', []],
    ['405 to its method', ['-H', 'Transfer-Encoding: chunked']],
  ])('an upload that nginx refuses before it has all of it: %s', async (_, framing) => {
    const way = await passage(stage, 'nginx', server, { plugin: { max_body_size: 32_000_000 } });
    // Where nobody sends 100, curl waits for the response, however slow the machine is.
    const args = ['-T', join(folder, 'files/large.bin'), '--expect100-timeout', '30', ...framing];
    const direct = await curl(`${server.url}/${way.id}/refused`, ...args);
    const through = await curl(`${way.url}/refused`, ...args);
    const asked = can(stage.gateway.runtime, 'continue') ? ['HTTP/1.1 100 Continue'] : [];
    expect(through.lines).toEqual([...asked, direct.lines.at(-1)]);
    expect(through.body).toEqual(direct.body);
    await expectOutcomes(stage, way, { 'skipped body_incomplete': 1 });
    expect(copiesOf(stage, way)).toEqual([]);
  });
}

/** A response without its time and its connection fields. */
function shown(response: CurlResponse): object {
  // nginx increments the boundary with each multipart response.
  const boundary = /boundary=(\S+)/.exec(field(response, 'content-type') ?? '')?.[1] ?? '\r\n--';
  const bytes = response.body.toString('latin1').replaceAll(boundary, '(boundary)');
  return {
    lines: response.lines,
    fields: response.fields
      .filter((one) => !/^(?:connection|date): /.test(one))
      .map((one) => one.replace(boundary, '(boundary)')),
    digest: createHash('sha256').update(bytes).digest('hex'),
  };
}

function asLogged({ method, url, headers }: Seen): string {
  return [method, url, ...LOGGED.map((name) => `[${headers[name] ?? ''}]`)].join(' ');
}
