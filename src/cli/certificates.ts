import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Certificate } from '../runtime/server.ts';
import type { CertificateFiles } from '../settings/tls.ts';
import { SettingError } from '../settings/values.ts';
import { errorCode, type Stamp, stampAt } from '../stores/file/stamp.ts';
import { watchFiles } from '../stores/file/watch.ts';

/** Certificates that are kept in files. */
export interface CertificateReader {
  /** @throws SettingError that names the file which cannot be read */
  read(): Promise<readonly Certificate[]>;
  /**
   * Calls `changed` when the files are no longer as they were read last.
   *
   * @returns a function that stops watching
   */
  watch(changed: () => void): () => void;
}

export function certificateReader(files: readonly CertificateFiles[]): CertificateReader {
  const paths = files.flatMap(({ cert, key }) => [cert, key]);
  const stamp = async () => (await Promise.all(paths.map(stampAt))).join();
  let seen: Stamp | null = null;
  return {
    async read() {
      // Before they are read, so that no change is missed. What cannot be used is not read again until it changes.
      seen = await stamp();
      return Promise.all(files.map(certificate));
    },
    watch: (changed) => watchFiles({ stamp, seen: () => seen }, changed),
  };
}

async function certificate({ cert, key }: CertificateFiles): Promise<Certificate> {
  return {
    cert: await text(cert, 'TLS_CERT'),
    key: await text(key, 'TLS_KEY'),
    name: resolve(cert),
  };
}

async function text(path: string, from: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new SettingError(
      `${from}: expected a PEM file that can be read, found ${errorCode(error)} at ${resolve(path)}`,
    );
  }
}
