import type { RuntimeName } from '../../test/runtimes/runtime.ts';
import type { Program } from '../../test/support/process.ts';

/** Where a gateway runs, and the servers around it. Paths are forwarded unchanged. */
export interface Place {
  readonly port: number;
  /** A folder for this gateway alone. */
  readonly folder: string;
  readonly upstream: string;
  /** Mirrors of paths that begin with `/mirrored` and with `/stalled`; other paths have no mirror. */
  readonly mirror: string;
  readonly stalled: string;
}

/** A subject of the measurement: one of our gateways, or a program that it is compared with. */
export interface Subject {
  /** Name in commands and tables. */
  readonly name: string;
  /** Title in the chart. */
  readonly title: string;
  /** A floor is the bare server and client of a runtime, with hand-written mirroring. */
  readonly kind: 'ours' | 'floor' | 'competitor';
  /** `null`: it runs on none of our runtimes. */
  readonly runtime: RuntimeName | null;
  /** Why it cannot run here, or `null`. */
  missing(): string | null;
  launch(place: Place): Program | Promise<Program>;
}
