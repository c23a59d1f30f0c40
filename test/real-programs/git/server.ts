import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { program } from '../program.ts';
import { ALONE } from './command.ts';

/** Serves the repositories of a folder with git's own CGI program, for reading and writing. */
export interface GitServer {
  readonly url: string;
  readonly node: string;
  /** Requests whose body arrived completely: method, target, codings, digest of the body. */
  readonly seen: readonly string[];
  /** How many of them were chunked. */
  readonly chunked: number;
  close(): Promise<void>;
}

export async function gitServer(folder: string): Promise<GitServer> {
  const seen: string[] = [];
  let chunked = 0;
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    const digest = createHash('sha256');
    request.on('data', (chunk: Buffer) => digest.update(chunk));
    request.on('end', () => {
      const coding = headers['content-encoding'] ?? 'plain';
      seen.push(`${method} ${url} ${coding} ${digest.digest('hex')}`);
      if (headers['transfer-encoding'] !== undefined) chunked += 1;
    });
    serve(folder, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    node: `127.0.0.1:${port}`,
    seen,
    get chunked() {
      return chunked;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Runs the program for one request (RFC 3875). */
function serve(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url!, 'http://host');
  const { headers } = request;
  const cgi = spawn(program('git'), ['http-backend'], {
    env: {
      ...ALONE,
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      // Without the first segment, which is the id of the route.
      PATH_INFO: pathname.replace(/^\/[^/]+/, ''),
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: headers['content-type'] ?? '',
      CONTENT_LENGTH: headers['content-length'],
      HTTP_CONTENT_ENCODING: headers['content-encoding'],
      GIT_PROTOCOL: headers['git-protocol'] as string | undefined,
      // Only an authenticated user may push.
      REMOTE_USER: 'author',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  // The program need not read all of its input.
  cgi.stdin.on('error', () => request.resume());
  request.pipe(cgi.stdin);
  response.on('close', () => cgi.kill());
  forward(cgi.stdout, response);
}

/** Forwards the output of a CGI program: fields, an empty line, the body. */
function forward(output: NodeJS.ReadableStream, response: ServerResponse): void {
  let head: Buffer | null = Buffer.alloc(0);
  output.on('data', (chunk: Buffer) => {
    if (head === null) return void response.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return;
    for (const line of head.toString('latin1', 0, end).split('\r\n')) {
      const [, name, value] = /^([^:]+): *(.*)$/.exec(line)!;
      if (name === 'Status') response.statusCode = Number.parseInt(value!, 10);
      else response.setHeader(name!, value!);
    }
    response.write(head.subarray(end + 4));
    head = null;
  });
  output.on('end', () => response.end());
}
