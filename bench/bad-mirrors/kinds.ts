import type { Socket } from 'node:net';
import { type Misbehaviour, MISBEHAVIOURS } from '../../test/support/bad-origin.ts';

/** Kinds of bad mirrors, except for a mirror that is down. */
export const KINDS: Readonly<Record<string, Misbehaviour>> = {
  'never responds': MISBEHAVIOURS.silent,
  'resets in its response': MISBEHAVIOURS.resetting,
  'a byte a second': MISBEHAVIOURS.dripping,
  'sends 1 GB': gigabyte,
  'closes unanswered': MISBEHAVIOURS.closing,
};

const GIGABYTE = 1_000_000_000;
const BLOCK = Buffer.alloc(64 * 1024, '.');

function gigabyte(socket: Socket): void {
  let left = GIGABYTE;
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${GIGABYTE}\r\n\r\n`);
  const pour = () => {
    while (left > 0 && !socket.destroyed) {
      const block = BLOCK.subarray(0, Math.min(left, BLOCK.length));
      left -= block.length;
      if (!socket.write(block)) return;
    }
  };
  socket.on('drain', pour);
  pour();
}
