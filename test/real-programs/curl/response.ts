import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../command.ts';
import { program } from '../program.ts';

/** The responses that curl got. */
export interface CurlResponse {
  /** Status lines in order, including those of redirects and interim responses. */
  readonly lines: readonly string[];
  /** Fields of the last response: names in lower case, sorted. */
  readonly fields: readonly string[];
  readonly body: Buffer;
  /** The trace that curl printed (`-v`). */
  readonly trace: string;
}

/** Runs curl, which must succeed, and reads its output files. */
export async function curl(url: string, ...args: readonly string[]): Promise<CurlResponse> {
  const folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-curl-'));
  const heads = join(folder, 'heads');
  const body = join(folder, 'body');
  try {
    const options = ['-q', '-sSv', '--max-time', '60', '-D', heads, '-o', body, ...args, url];
    const { stderr } = await command(program('curl'), options);
    const text = await readFile(heads, 'latin1');
    // With --head curl writes the head there, and without a body nothing.
    const written = await readFile(body).catch(() => Buffer.alloc(0));
    const bytes = args.includes('-I') ? Buffer.alloc(0) : written;
    return { lines: statusLines(text), fields: fieldsOf(text), body: bytes, trace: stderr };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @returns the value of a field, or `undefined` */
export function field({ fields }: CurlResponse, name: string): string | undefined {
  return fields.find((one) => one.startsWith(`${name}: `))?.slice(name.length + 2);
}

function statusLines(heads: string): string[] {
  return heads.match(/^HTTP\/.*(?=\r$)/gm) ?? [];
}

function fieldsOf(heads: string): string[] {
  const last = heads.trimEnd().split('\r\n\r\n').at(-1)!;
  const [, ...lines] = last.split('\r\n');
  return lines.map((line) => line.replace(/^[^:]+/, (name) => name.toLowerCase())).toSorted();
}
