import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/** What a server answers, and what it does with the connection then. */
export interface Script {
  readonly pieces: readonly string[];
  /** `keep`: nothing; `end`: closes its side; `reset`: breaks it off. */
  readonly end: 'keep' | 'end' | 'reset';
  /** Whether nothing may be asked on the connection any more. */
  readonly last: boolean;
}

/** Sends a response in its pieces, with the event loop between them. */
export function play(socket: Socket, script: Script): void {
  void playAll(socket, script);
}

async function playAll(socket: Socket, { pieces, end }: Script): Promise<void> {
  for (const [i, piece] of pieces.entries()) {
    if (i > 0) await turn();
    if (socket.destroyed || socket.writableEnded) return;
    socket.write(piece, 'latin1');
  }
  if (end === 'end') socket.end();
  if (end === 'reset') socket.resetAndDestroy();
}
