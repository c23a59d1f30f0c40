import type { Socket } from 'node:net';
import type { Timeouts } from '../http/messages.ts';
import { BodyPipe, type Flow } from './body-pipe.ts';
import { Deadline } from './timers.ts';

/** A connection that no longer speaks HTTP. */
export interface TakenOver {
  readonly socket: Socket;
  /** What the other side has sent behind its last message. */
  readonly bytes: Buffer;
}

/**
 * What follows a 101: no body that has an end, but all that the upstream's connection brings from
 * now on. It can be cancelled like a body; whoever can do more takes the connection over.
 */
export class UpgradedBody extends BodyPipe {
  readonly timeouts: Timeouts;
  readonly takeOver: () => TakenOver;

  constructor(flow: Flow, timeouts: Timeouts, taken: () => TakenOver) {
    super(flow, 0);
    this.timeouts = timeouts;
    this.takeOver = taken;
  }
}

/** A connection with nobody left who reads it as HTTP. */
export function takeOver(socket: Socket, bytes: Buffer): TakenOver {
  socket.removeAllListeners('data').removeAllListeners('end');
  return { socket, bytes };
}

/**
 * Passes bytes both ways between two connections, unread. Who sends faster than the other side takes
 * has to wait; who closes its half may still listen; when one breaks, so does the other. As with
 * nginx, a tunnel in which nothing moves for `read` is cut, and so is one whose upstream takes
 * nothing for `send`.
 */
export function tunnel(client: TakenOver, upstream: TakenOver, { read, send }: Timeouts): void {
  const ends = [client.socket, upstream.socket] as const;
  const [near, far] = ends;
  const idle = new Deadline(cut);
  const unsent = new Deadline(cut);
  const moved = () => idle.set(read);

  near.once('close', () => closed(near, far));
  far.once('close', () => closed(far, near));
  far.on('drain', () => unsent.clear());
  moved();
  pass(upstream, near, moved, () => {});
  pass(client, far, moved, () => unsent.set(send));
  // A connection that broke before has told nobody.
  if (ends.some(({ destroyed }) => destroyed)) cut();

  function cut(): void {
    for (const socket of ends) socket.destroy();
  }
  /** Who closed properly has sent all; who did not has nothing to say to the other any more. */
  function closed(gone: Socket, other: Socket): void {
    if (gone.readableEnded) other.destroySoon();
    else other.destroy();
    if (!other.destroyed) return;
    idle.dispose();
    unsent.dispose();
  }
}

/** One direction. */
function pass(
  { socket: from, bytes }: TakenOver,
  to: Socket,
  moved: () => void,
  full: () => void,
): void {
  // Until here a half that closed meant the whole.
  from.allowHalfOpen = true;
  from.on('data', forward);
  from.once('end', () => to.end());
  to.on('drain', () => {
    moved();
    from.resume();
  });
  if (bytes.byteLength === 0 || forward(bytes)) from.resume();

  function forward(chunk: Buffer): boolean {
    moved();
    const more = to.write(chunk);
    if (!more) {
      from.pause();
      full();
    }
    return more;
  }
}
