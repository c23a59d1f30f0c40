import { DEFAULT_MIRROR_MEMORY_BYTES } from '../mirror/record.ts';
import { LOG_LEVELS, type LogLevel } from '../telemetry/logger/logger.ts';
import { cidrs, oneOf, type Read, size } from './values.ts';

/** Settings that servers and Workers have in common. */
export interface SharedSettings {
  /** `null`: no key is set, and only requests from this machine may use the control plane. */
  readonly adminKey: string | null;
  /** Addresses and CIDRs. Default: none. */
  readonly trustedProxies: readonly string[];
  /** Most bytes of recorded bodies for all copies together. Default 64 MiB. */
  readonly mirrorMemory: number;
  /** Key of the hashes that stand for redacted values. `null`: a random one. */
  readonly redactKey: string | null;
  /** Default `info`. */
  readonly logLevel: LogLevel;
}

/** What holds where these are not given. */
export const SHARED_DEFAULTS: Readonly<Pick<SharedSettings, 'mirrorMemory' | 'logLevel'>> = {
  mirrorMemory: DEFAULT_MIRROR_MEMORY_BYTES,
  logLevel: 'info',
};

/** Looks up a setting's text and where it comes from, for messages; `undefined` when it is not set. */
export type Lookup = (variable: string) => { text: string; from: string } | undefined;

/** Reads one setting. An empty text counts as not set: `PORT= npm start` uses the default. */
export function setting<T>(lookup: Lookup, variable: string, read: Read<T>, fallback: T): T {
  const found = lookup(variable);
  return found === undefined || found.text === '' ? fallback : read(found.text, found.from);
}

/** @throws SettingError */
export function readShared(lookup: Lookup): SharedSettings {
  return {
    adminKey: setting<string | null>(lookup, 'ADMIN_KEY', (text) => text, null),
    trustedProxies: setting(lookup, 'TRUSTED_PROXIES', cidrs, []),
    mirrorMemory: setting(lookup, 'MIRROR_MEMORY', size, SHARED_DEFAULTS.mirrorMemory),
    redactKey: setting<string | null>(lookup, 'REDACT_KEY', (text) => text, null),
    logLevel: setting(lookup, 'LOG_LEVEL', oneOf(LOG_LEVELS), SHARED_DEFAULTS.logLevel),
  };
}
