import { DEFAULT_MIRROR_MEMORY_BYTES } from '../mirror/record.ts';
import type { LogLevel } from '../telemetry/log.ts';
import { cidrs, logLevel, type Read, size } from './values.ts';

/** Settings that mean the same on a server and on Workers. */
export interface SharedSettings {
  /** `null`: none, which closes the control plane to all but loopback. */
  readonly adminKey: string | null;
  readonly trustedProxies: readonly string[];
  /** Bytes. */
  readonly mirrorMemory: number;
  readonly logLevel: LogLevel;
}

/** Looks a setting up and says where it was found; `undefined` when it is not set. */
export type Lookup = (variable: string) => { text: string; from: string } | undefined;

/** Reads one setting. An empty variable counts as unset, as `PORT= npm start` means it. */
export function setting<T>(lookup: Lookup, variable: string, read: Read<T>, fallback: T): T {
  const found = lookup(variable);
  return found === undefined || found.text === '' ? fallback : read(found.text, found.from);
}

/** @throws SettingError */
export function readShared(lookup: Lookup): SharedSettings {
  return {
    adminKey: setting<string | null>(lookup, 'ADMIN_KEY', (text) => text, null),
    trustedProxies: setting(lookup, 'TRUSTED_PROXIES', cidrs, []),
    mirrorMemory: setting(lookup, 'MIRROR_MEMORY', size, DEFAULT_MIRROR_MEMORY_BYTES),
    logLevel: setting(lookup, 'LOG_LEVEL', logLevel, 'info'),
  };
}
