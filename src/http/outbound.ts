import type { Destination } from './destination.ts';
import type { HeaderList } from './headers.ts';
import type { Upload } from './upload.ts';

/** How long an upstream may keep us waiting, in milliseconds. */
export interface Timeouts {
  /** To a connection, TLS included. */
  readonly connect: number;
  /** Between two writes of the request. */
  readonly send: number;
  /** To the answer's head, and between two reads of its body. */
  readonly read: number;
}

/** A request to an upstream or a mirror. */
export interface Outbound {
  readonly destination: Destination;
  /** Path and query, sent as they stand where the runtime can. */
  readonly target: string;
  readonly method: string;
  /** `Host` included; nothing that belongs to one connection but the offer to switch and `TE: trailers`. */
  readonly headers: HeaderList;
  /** Bytes can be sent again, an upload only once. */
  readonly body: Uint8Array | Upload | null;
  readonly timeouts: Timeouts;
  /** Set when a 101 is a wanted answer, behind which both sides go on in the protocol of Upgrade. */
  readonly switches?: true;
}
