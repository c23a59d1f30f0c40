import { createServer, type Server, type ServerResponse } from 'node:http';

/** A mirror that is healthy only at times. */
export interface MoodyMirror {
  readonly url: string;
  close(): Promise<void>;
}

/** How it treats requests. */
type Mood = (response: ServerResponse) => void;

const MOODS: readonly Mood[] = [
  (response) => response.end('well'),
  (response) => response.writeHead(500).end(),
  () => {},
  (response) => response.destroy(),
  (response) => {
    response.writeHead(200, { 'content-length': 1000 });
    response.write('not all of it');
  },
];

/** How long a mood lasts, at least and at most, in milliseconds. */
const MIN_MS = 300;
const MAX_MS = 3000;

/**
 * Starts a mirror that changes its mood now and then; in one mood of six it is down.
 *
 * @param next draws numbers in [0, 1)
 */
export async function moodyMirror(next: () => number): Promise<MoodyMirror> {
  let mood = MOODS[0]!;
  const server: Server = createServer((request, response) => {
    request.on('error', () => {});
    request.resume();
    mood(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };

  let timer: NodeJS.Timeout;
  function afterMood(then: () => void): void {
    timer = setTimeout(then, MIN_MS + next() * (MAX_MS - MIN_MS));
  }
  function change(): void {
    const drawn = MOODS[Math.floor(next() * (MOODS.length + 1))];
    if (drawn === undefined) leave();
    else mood = drawn;
    afterMood(drawn === undefined ? comeBack : change);
  }
  function leave(): void {
    server.close();
    server.closeAllConnections();
  }
  const comeBack = () => server.listen(port, '127.0.0.1');
  server.on('listening', change);
  // Another process has the port now; try again later.
  server.on('error', () => afterMood(comeBack));
  afterMood(change);

  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      clearTimeout(timer);
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
