import type { RoutesDocument } from '../../config/document.ts';
import type { AdminResponse } from '../responses.ts';
import type { Body } from '../body.ts';
import type { Revision } from '../revisions.ts';

/** The part of a live table that the admin API needs. */
export interface LiveDocument {
  document(nowMs?: number): RoutesDocument | null;
  check(document: RoutesDocument): void;
  write(edit: (document: RoutesDocument) => RoutesDocument): Promise<RoutesDocument>;
}

/** What all handlers share. */
export interface AdminContext {
  readonly live: LiveDocument;
  readonly revisionsOf: (document: RoutesDocument) => ReadonlyMap<string, Revision>;
  /** Makes an id for which `taken` returns false. */
  readonly nextId: (taken: (id: string) => boolean, nowMs: number) => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** One request to `/apisix/admin/routes/{id}/{sub/path}`. */
export interface Call {
  readonly id: string | null;
  readonly subPath: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Body;
  /** Seconds after which the route expires; `null`: never. */
  readonly ttl: number | null;
}

export type Handler = (context: AdminContext, call: Call) => AdminResponse | Promise<AdminResponse>;
