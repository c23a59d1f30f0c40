import type { Socket } from 'node:net';
import { badOrigin, type Misbehaviour, MISBEHAVIOURS } from '../../test/support/bad-origin.ts';
import { freePort } from '../../test/support/ports.ts';

/** A mirror that harms itself, and must harm nobody else. */
export interface BadMirror {
  readonly kind: string;
  readonly url: string;
  close(): Promise<void>;
}

const KINDS: Readonly<Record<string, Misbehaviour>> = {
  'never answers': MISBEHAVIOURS.silent,
  'resets in its answer': MISBEHAVIOURS.resetting,
  'a byte a second': MISBEHAVIOURS.dripping,
  'answers 1 GB': gigabyte,
  'closes unanswered': MISBEHAVIOURS.closing,
};

export async function badMirrors(): Promise<BadMirror[]> {
  const listening = Object.entries(KINDS).map(async ([kind, misbehave]) => ({
    kind,
    ...(await badOrigin(misbehave)),
  }));
  const refusing = {
    kind: 'refuses connections',
    url: `http://127.0.0.1:${await freePort()}`,
    close: async () => {},
  };
  return [...(await Promise.all(listening)), refusing];
}

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
