import { createHash, type Hash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { random, randomBytes } from '../../test/support/random.ts';

/** An upstream that is always healthy, and whose responses contain all that it got. */
export interface Upstream {
  readonly node: string;
  close(): Promise<void>;
}

/** Largest `size`, in bytes. */
const LARGEST_BYTES = 256 * 1024;
const FILLER = randomBytes(LARGEST_BYTES, random(1));

/**
 * The expected response: a line with method, target and the SHA-256 of the body, then as many bytes as `size` in the
 * query says, after the milliseconds of `delay` in the query.
 */
export function expectedResponse(method: string, target: string, body: Hash): Buffer {
  const size = Number(parameter(target, 'size') ?? 0);
  const line = Buffer.from(`${method} ${target} ${body.digest('hex')}\n`);
  return Buffer.concat([line, FILLER.subarray(0, size)]);
}

export async function startUpstream(): Promise<Upstream> {
  const server: Server = createServer((request, response) => {
    const body = createHash('sha256');
    request.on('data', (chunk: Buffer) => body.update(chunk));
    request.on('error', () => {});
    request.on('end', () => {
      const target = request.url!;
      const respond = () => response.end(expectedResponse(request.method!, target, body));
      setTimeout(respond, Number(parameter(target, 'delay') ?? 0));
    });
  });
  // Longer than any pause here: a kept connection that closes just as a POST is sent would be an error.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    node: `127.0.0.1:${(server.address() as { port: number }).port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function parameter(target: string, name: string): string | null {
  return new URL(target, 'http://upstream').searchParams.get(name);
}
