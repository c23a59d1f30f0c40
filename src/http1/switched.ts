import type { Socket } from 'node:net';
import type { Timeouts } from '../http/outbound.ts';
import { BodyPipe, type Flow } from './body-pipe.ts';

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
export class SwitchedBody extends BodyPipe {
  readonly timeouts: Timeouts;
  readonly takeOver: () => TakenOver;

  constructor(flow: Flow, timeouts: Timeouts, takeOver: () => TakenOver) {
    super(flow, 0);
    this.timeouts = timeouts;
    this.takeOver = takeOver;
  }
}
