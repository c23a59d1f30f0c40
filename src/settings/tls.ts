import { type Lookup, setting } from './shared.ts';
import { type Read, SettingError } from './values.ts';

/** What a server is told of TLS. */
export interface TlsSettings {
  /** 0: any free port. */
  readonly port: number;
  /** At least one; clients that ask for no name of any get the first. */
  readonly certificates: readonly CertificateFiles[];
}

/** Paths of PEM files. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** Paths, separated by commas in a variable. */
const paths: Read<readonly string[]> = (text, from) => {
  const list = text.split(',').map((path) => path.trim());
  if (list.every((path) => path !== '')) return list;
  throw new SettingError(
    `${from}: expected paths of PEM files, such as tls.crt, found an empty one`,
  );
};

/**
 * Reads the settings of TLS; `null` if there are none. A port needs at least one certificate, and each certificate its key.
 *
 * @param listed all values of a flag that may be given several times
 * @throws SettingError
 */
export function readTls(
  lookup: Lookup,
  readPort: Read<number>,
  listed: (flag: string) => readonly string[] | undefined,
): TlsSettings | null {
  const port = setting<number | null>(lookup, 'TLS_PORT', readPort, null);
  const certs = listed('tls-cert') ?? setting(lookup, 'TLS_CERT', paths, []);
  const keys = listed('tls-key') ?? setting(lookup, 'TLS_KEY', paths, []);
  if (port === null && certs.length === 0 && keys.length === 0) return null;
  if (port === null)
    throw new SettingError('TLS_CERT and TLS_KEY: expected TLS_PORT beside them, found no port');
  if (certs.length === 0 || certs.length !== keys.length)
    throw new SettingError(
      `TLS_PORT: expected a TLS_CERT and a TLS_KEY for each certificate, found ${certs.length} and ${keys.length}`,
    );
  return { port, certificates: certs.map((cert, i) => ({ cert, key: keys[i]! })) };
}
