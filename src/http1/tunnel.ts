import type { Socket } from 'node:net';
import type { Timeouts } from '../http/messages.ts';
import { BodyPipe, type Flow } from './body-pipe.ts';
import { Deadline } from './timers.ts';

/** A socket that no longer carries HTTP. */
export interface TakenOver {
  readonly socket: Socket;
  /** Bytes that were received behind the last HTTP message. */
  readonly bytes: Buffer;
}

/**
 * Stands for what follows a 101: the raw bytes of the upstream's connection. Code that only knows bodies can cancel it;
 * our listener calls `takeOver` and joins the two sockets.
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

/** Detaches the HTTP connection from its socket. */
export function takeOver(socket: Socket, bytes: Buffer): TakenOver {
  socket.removeAllListeners('data').removeAllListeners('end');
  return { socket, bytes };
}

/**
 * Copies bytes both ways between two sockets, with backpressure and half-closes. If one socket fails, the other is
 * destroyed. As with nginx, a tunnel is cut if no byte moves for `read` milliseconds, or if the upstream takes nothing
 * for `send` milliseconds.
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
  // A socket that was destroyed before we listened emits no `close` here.
  if (ends.some(({ destroyed }) => destroyed)) cut();

  function cut(): void {
    for (const socket of ends) socket.destroy();
  }
  /** If `gone` ended properly, the bytes it sent are still delivered; otherwise `other` is destroyed at once. */
  function closed(gone: Socket, other: Socket): void {
    if (gone.readableEnded) other.destroySoon();
    else other.destroy();
    if (!other.destroyed) return;
    idle.dispose();
    unsent.dispose();
  }
}

/** Copies one direction. */
function pass(
  { socket: from, bytes }: TakenOver,
  to: Socket,
  moved: () => void,
  full: () => void,
): void {
  // HTTP connections close as a whole; a tunnel passes half-closes on.
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
