import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/** A server's response, and what it does with the connection afterwards. */
export interface Script {
  readonly pieces: readonly string[];
  /** `keep`: nothing; `end`: half-closes; `reset`: resets. */
  readonly end: 'keep' | 'end' | 'reset';
  /** Whether the connection must not carry another request. */
  readonly last: boolean;
}

/** Sends the pieces of a response in separate turns of the event loop. */
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
