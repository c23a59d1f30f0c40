import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { can } from '../suite/platform.ts';
import { socketOrigin } from '../support/socket-origin.ts';
import type { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { command, finished, start } from './command.ts';
import { curl as ask } from './curl/response.ts';
import { copiesOf, expectOutcomes, expectSame, type Passage, passage } from './passage.ts';
import { program } from './program.ts';

/** Allows every upload here: larger bodies are not copied. */
const PLUGIN = { max_body_size: 16 * 1024 * 1024 };

/** More than curl sends without Expect: 100-continue. */
const LARGE = randomBytes(5_000_000);

/** curl's ways to send a request; each gets its copy. */
export function curl(stage: Stage): void {
  let folder: string;
  let file: string;
  let way: Passage;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-upload-'));
    file = join(folder, 'large.bin');
    await writeFile(file, LARGE);
  });
  beforeEach(async () => {
    way = await passage(stage, 'curl', stage.upstream, { plugin: PLUGIN });
  });
  afterAll(() => rm(folder, { recursive: true }));

  const seen = () => stage.upstream.seen.filter(({ url }) => url.startsWith(`/${way.id}/`));
  const only = () => seen()[0]!;

  /** Expects so many copies, each equal to the request that the upstream got. */
  async function expectCopied(count: number): Promise<void> {
    await expectOutcomes(stage, way, { 'sent 2xx': count });
    expect(seen()).toHaveLength(count);
    expectSame(copiesOf(stage, way), seen());
  }

  it('uploads a file and waits for 100 Continue', async () => {
    const { lines, trace, body } = await ask(`${way.url}/put`, '-T', file);
    expect(trace).toContain('> Expect: 100-continue');
    const asked = can(stage.gateway.runtime, 'continue') ? ['HTTP/1.1 100 Continue'] : [];
    expect(lines).toEqual([...asked, 'HTTP/1.1 200 OK']);
    expect(body.toString()).toBe(`PUT /${way.id}/put\n`);
    expect(only().body.equals(LARGE)).toBe(true);
    expect(only().headers).not.toHaveProperty('expect');
    await expectCopied(1);
  });

  it('uploads from a pipe, while it is written', async () => {
    let arrived = 0;
    const path = `/${way.id}/piped`;
    stage.upstream.server.once('request', (request) => {
      request.on('data', (part: Buffer) => (arrived += part.length));
    });
    const piped = start(program('curl'), ['-q', '-sS', '-T', '.', `${way.url}/piped`], {
      stdin: 'pipe',
    });
    for (const [i, part] of ['first', 'second', 'third'].entries()) {
      piped.child.stdin!.write(part.padEnd(1000));
      await until(() => arrived === 1000 * (i + 1), 10_000, `the ${part} part at the upstream`);
    }
    piped.child.stdin!.end();
    expect(await finished(piped)).toMatchObject({ status: 0, stdout: `PUT ${path}\n` });
    expect(only().headers['transfer-encoding']).toBe('chunked');
    expect(only().body.toString().split(/ +/)).toEqual(['first', 'second', 'third', '']);
    await expectCopied(1);
  });

  it('stops an upload that is refused half-way', async () => {
    const refusing = await socketOrigin((socket) => {
      socket.once('data', () => {
        socket.end('HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\nstop');
      });
    });
    onTestFinished(() => refusing.close());
    const to = await passage(stage, 'refused', refusing, { plugin: PLUGIN });
    // Sending all of it would take longer than the test may.
    const slowly = ['-T', file, '-H', 'Expect:', '--limit-rate', '200k', '--max-time', '20'];
    const upload = start(program('curl'), [
      '-q',
      '-sS',
      ...slowly,
      '-w',
      '%{http_code}',
      to.url + '/',
    ]);
    const { status, stdout } = await finished(upload);
    await expectOutcomes(stage, to, { 'skipped body_incomplete': 1 });
    // On Workers the response may be lost.
    if (can(stage.gateway.runtime, 'respondsMidUpload'))
      expect([status, stdout]).toEqual([0, 'stop413']);
  });

  it('posts a form with a file', async () => {
    await ask(`${way.url}/form`, '-F', 'name=J\u00e4ger', '-F', `file=@${file};type=image/png`);
    const headers = { 'content-type': only().headers['content-type']! };
    const form = await new Response(only().body, { headers }).formData();
    expect(form.get('name')).toBe('J\u00e4ger');
    const sent = form.get('file') as File;
    expect([sent.name, sent.type]).toEqual(['large.bin', 'image/png']);
    expect(LARGE.equals(Buffer.from(await sent.arrayBuffer()))).toBe(true);
    await expectCopied(1);
  });

  it('speaks HTTP/1.0', async () => {
    const response = await ask(`${way.url}/old`, '--http1.0', '-T', file);
    expect(response.body.toString()).toBe(`PUT /${way.id}/old\n`);
    expect(response.fields.join()).not.toContain('transfer-encoding');
    expect(only().body.equals(LARGE)).toBe(true);
    await expectCopied(1);
  });

  it('offers an upgrade to HTTP/2, and gets a response in HTTP/1.1', async () => {
    const response = await ask(`${way.url}/newer`, '--http2');
    expect(response.trace).toContain('> Upgrade: h2c');
    expect(response.lines).toEqual(['HTTP/1.1 200 OK']);
    await expectCopied(1);
  });

  it('reuses its connection', async () => {
    const options = ['-q', '-sS', '-w', '%{http_code} %{num_connects}\\n'];
    const urls = [1, 2, 3].flatMap((i) => ['-o', '/dev/null', `${way.url}/${i}`]);
    const { stdout } = await command(program('curl'), [...options, ...urls]);
    expect(stdout).toBe('200 1\n200 0\n200 0\n');
    await expectCopied(3);
  });
}
