import type { Refreshed } from '../stores/live.ts';

/** What serves requests: this process, or workers that it supervises. `serve` tells it what to do when. */
export interface Served {
  /** Reads the routes again. */
  refresh(): Promise<Refreshed>;
  /** Reads the routes again whenever they change. Returns a function that ends that. */
  watch(): () => void;
  /** @throws SettingError when an address cannot be listened on, or a certificate not be used */
  listen(): Promise<Addresses>;
  /** Reads the certificates again. Rejects, and changes nothing, if one cannot be used. */
  renewCertificates(): Promise<void>;
  /** Calls `changed` when the certificates are no longer as they were read last. */
  watchCertificates(changed: () => void): void;
  /** Readiness says from now on that this server is about to stop. */
  retire(): void;
  /** Stops accepting, and ends requests and then copies, together in this time. */
  finish(deadlineMs: number): Promise<void>;
  /** Replaces what serves by the same anew, without a pause. */
  replace?(): Promise<void>;
}

/** Where it listens. */
export interface Addresses {
  readonly main: Address & { readonly tlsPort: number | null };
  /** `null`: the control plane is on the same port. */
  readonly admin: Address | null;
  /** Most connections of clients. */
  readonly maxConnections: number;
}

interface Address {
  readonly hostname: string;
  readonly port: number;
}
