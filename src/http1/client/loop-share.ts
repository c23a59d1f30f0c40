import type { Socket } from 'node:net';
import type { Outbound } from '../../http/messages.ts';
import { ClientConnection } from './connection.ts';
import type { ExchangeListener } from './exchange-listener.ts';

/** A connection that can stop reading for a while. */
export interface Reading {
  pause(): void;
  resume(): void;
}

/** Most milliseconds in a row, e.g. in one turn of the event loop. */
const BURST_MS = 10;

/**
 * Most milliseconds of debt. Connections are opened even while nothing is read, perhaps a thousand over TLS for one
 * mirror: the responses of other mirrors must not wait for seconds because of them.
 */
const MAX_OWED_MS = 50;

/** Milliseconds that each exchange adds to the budget: more than a usual response takes. */
const EXCHANGE_MS = 0.02;

/** Milliseconds of a read, and of a MiB, that are not measured: in the system and in the runtime. */
const READ_MS = 0.01;
const MEBIBYTE_MS = 0.5;

/**
 * Most milliseconds that are charged for a read and for a MiB: no input takes longer to parse. A longer time was not
 * spent on the input: the process was not scheduled, or garbage was collected.
 */
const MAX_READ_MS = 0.05;
const MAX_MEBIBYTE_MS = 500;

/** Milliseconds of processor time for a new connection on Node, without TLS and with TLS. */
const CONNECT_MS = 0.17;
const CONNECT_TLS_MS = 1.45;

/**
 * Limits a group of connections, together, to a share of the event loop's time, so that what arrives on them does not
 * delay others. Measures time and not bytes, since the same bytes cost a hundred times as much in one-byte chunks.
 * Beyond the share, none of the connections reads until the others have had their time; TCP backpressure pauses the
 * senders.
 */
export class LoopShare {
  readonly #share: number;
  readonly #inUse: () => Iterable<Reading>;
  readonly #now: () => number;
  /** Milliseconds left in the budget; negative: debt. */
  #left = BURST_MS;
  /** When `#left` was last topped up. */
  #at = -Infinity;
  /** The paused connections; `null` while the budget is not used up. */
  #held: Set<Reading> | null = null;

  /**
   * @param share share of the time, above 0 to 1: 0.25 for a quarter
   * @param inUse the connections with an exchange in flight
   */
  constructor(
    share: number,
    inUse: () => Iterable<Reading>,
    now: () => number = () => performance.now(),
  ) {
    this.#share = share;
    this.#inUse = inUse;
    this.#now = now;
  }

  /** To be called when a connection is opened: charges for it. */
  connects(tls: boolean): void {
    this.#use(tls ? CONNECT_TLS_MS : CONNECT_MS, this.#now());
  }

  /** To be called when an exchange begins on a connection. */
  begins(connection: Reading): void {
    this.#left = Math.min(BURST_MS, this.#left + EXCHANGE_MS);
    if (this.#held !== null) this.#hold(connection);
  }

  /**
   * To be called after each read: charges for it.
   *
   * @param milliseconds time that the read took
   * @param bytes bytes that were read
   * @param now the time after the read: a call of the clock costs more than the rest of this method
   */
  took(milliseconds: number, bytes: number, connection: Reading, now: number = this.#now()): void {
    const mebibytes = bytes / 2 ** 20;
    const most = MAX_READ_MS + mebibytes * MAX_MEBIBYTE_MS;
    this.#use(Math.min(milliseconds, most) + READ_MS + mebibytes * MEBIBYTE_MS, now);
    if (this.#held !== null) this.#hold(connection);
  }

  #use(milliseconds: number, now: number): void {
    if (now > this.#at) {
      const more = (now - this.#at) * this.#share;
      this.#left = Math.min(BURST_MS, this.#left + more);
      this.#at = now;
    }
    this.#left = Math.max(this.#left - milliseconds, -MAX_OWED_MS);
    if (this.#left >= 0 || this.#held !== null) return;
    this.#held = new Set();
    for (const connection of this.#inUse()) this.#hold(connection);
    this.#releaseLater();
  }

  #hold(connection: Reading): void {
    this.#held!.add(connection);
    connection.pause();
  }

  #releaseLater(): void {
    const wait = (BURST_MS / 2 - this.#left) / this.#share;
    setTimeout(() => {
      const held = this.#held!;
      this.#held = null;
      for (const connection of held) connection.resume();
    }, wait).unref();
  }
}

/** A connection whose reads are charged to a `LoopShare`, and paused by it. */
export class SharingConnection extends ClientConnection {
  readonly #share: LoopShare;
  #isOpen = false;

  constructor(share: LoopShare, ...rest: ConstructorParameters<typeof ClientConnection>) {
    super(...rest);
    this.#share = share;
  }

  override opened(socket: Socket): void {
    this.#isOpen = true;
    super.opened(socket);
    this.#share.begins(this);
  }

  override start(request: Outbound, listener: ExchangeListener): void {
    super.start(request, listener);
    if (this.#isOpen) this.#share.begins(this);
  }

  override read(bytes: Buffer): void {
    const began = performance.now();
    super.read(bytes);
    const now = performance.now();
    this.#share.took(now - began, bytes.byteLength, this, now);
  }

  override pause(): void {
    if (this.#isOpen) super.pause();
  }

  override resume(): void {
    if (this.#isOpen) super.resume();
  }
}
