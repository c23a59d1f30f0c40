import type { Socket } from 'node:net';
import type { Outbound } from '../../http/messages.ts';
import { ClientConnection } from './connection.ts';
import type { ExchangeListener } from './exchange-listener.ts';

/** What can be kept from reading for a while. */
export interface Reading {
  pause(): void;
  resume(): void;
}

/** Milliseconds that may be used in a row: in one turn of the event loop, for example. */
const BURST_MS = 10;

/**
 * Milliseconds that may be owed. Connections are opened while nothing is read as well, a thousand of TLS at once
 * for one mirror; the responses of the others must not have to wait for seconds behind those.
 */
const MOST_OWED_MS = 50;

/** Milliseconds that each exchange adds: more than an answer takes that is as answers mostly are. */
const EXCHANGE_MS = 0.02;

/** What a read costs outside of what is measured: in the system, and on the way to us and back. */
const READ_MS = 0.01;
const MEBIBYTE_MS = 0.5;

/**
 * The most that a read can cost: no bytes take longer to be read, in whatever form they come. What took
 * longer was not read meanwhile: the system had given the core to somebody else, or garbage was collected.
 */
const LONGEST_READ_MS = 0.05;
const LONGEST_MEBIBYTE_MS = 500;

/** Milliseconds of processor time that a new connection takes on Node, without TLS and with it. */
const CONNECT_MS = 0.17;
const CONNECT_TLS_MS = 1.45;

/**
 * Holds connections together to a share of the event loop's time, so that no others have to wait for
 * what comes in by them. What counts is time, since the same bytes cost a hundred times as much in
 * chunks of one. Beyond the share nothing is read until the rest has had its time; the system makes
 * the senders wait meanwhile.
 */
export class LoopShare {
  readonly #share: number;
  readonly #inUse: () => Iterable<Reading>;
  readonly #now: () => number;
  /** Milliseconds that may still be used; below 0, those that were used beyond. */
  #left = BURST_MS;
  #at = -Infinity;
  /** Those that were kept from reading; `null` as long as there is time. */
  #held: Set<Reading> | null = null;

  /**
   * @param share of the time: 0.25 for a quarter
   * @param inUse those that something may come by
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

  /** A connection is set up. */
  connects(tls: boolean): void {
    this.#use(tls ? CONNECT_TLS_MS : CONNECT_MS, this.#now());
  }

  /** An exchange has begun on a connection. */
  begins(connection: Reading): void {
    this.#left = Math.min(BURST_MS, this.#left + EXCHANGE_MS);
    if (this.#held !== null) this.#hold(connection);
  }

  /**
   * So many bytes came by a connection, and took so many milliseconds.
   *
   * @param now when that was over; to ask for the time costs more than all the rest here
   */
  took(milliseconds: number, bytes: number, connection: Reading, now: number = this.#now()): void {
    const mebibytes = bytes / 2 ** 20;
    const most = LONGEST_READ_MS + mebibytes * LONGEST_MEBIBYTE_MS;
    this.#use(Math.min(milliseconds, most) + READ_MS + mebibytes * MEBIBYTE_MS, now);
    if (this.#held !== null) this.#hold(connection);
  }

  #use(milliseconds: number, now: number): void {
    if (now > this.#at) {
      const more = (now - this.#at) * this.#share;
      this.#left = Math.min(BURST_MS, this.#left + more);
      this.#at = now;
    }
    this.#left = Math.max(this.#left - milliseconds, -MOST_OWED_MS);
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

/** A connection that has its part in such a share. */
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
