import type { RuntimeName } from '../../test/runtimes/runtime.ts';
import type { Program } from '../../test/support/process.ts';

/** Where a gateway runs, and what is around it. Paths are forwarded as they are. */
export interface Place {
  readonly port: number;
  /** A folder of its own. */
  readonly folder: string;
  readonly upstream: string;
  /** Of paths that begin with `/mirrored`, and with `/stalled`; all others have none. */
  readonly mirror: string;
  readonly stalled: string;
}

/** Something that is measured: one of our gateways, or what it is compared with. */
export interface Subject {
  /** In commands and tables. */
  readonly name: string;
  /** In the chart. */
  readonly title: string;
  /** A floor is the bare server and client of a runtime, with a copy written by hand. */
  readonly kind: 'ours' | 'floor' | 'competitor';
  /** `null`: none of those that we run on. */
  readonly runtime: RuntimeName | null;
  /** Why it cannot run here, `null` if it can. */
  missing(): string | null;
  launch(place: Place): Program | Promise<Program>;
}
