import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Certificate } from '../runtime/server.ts';
import type { CertificateFiles } from '../settings/tls.ts';
import { SettingError } from '../settings/values.ts';
import { errorCode, stampAt } from '../stores/file/stamp.ts';

/** How often the files are looked at. Change events would miss the symlink switch of a mounted ConfigMap or Secret. */
const POLL_MS = 1000;

/** @throws SettingError that names the file which cannot be read */
export async function readCertificates(
  files: readonly CertificateFiles[],
): Promise<readonly Certificate[]> {
  return Promise.all(
    files.map(async ({ cert, key }) => ({
      cert: await read(cert, 'TLS_CERT'),
      key: await read(key, 'TLS_KEY'),
      name: resolve(cert),
    })),
  );
}

async function read(path: string, from: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new SettingError(
      `${from}: expected a PEM file that can be read, found ${errorCode(error)} at ${resolve(path)}`,
    );
  }
}

/**
 * Polls the files. `changed` is called when two polls in a row saw the same new state of them, so that they are usually
 * not read while the first of two is new and the second is old.
 *
 * @returns a function that stops watching
 */
export function watchCertificates(
  files: readonly CertificateFiles[],
  changed: () => void,
): () => void {
  const paths = files.flatMap(({ cert, key }) => [cert, key]);
  const stamps = async () => (await Promise.all(paths.map(stampAt))).join();
  let seen: string | null = null;
  let candidate: string | null = null;
  const timer = setInterval(async () => {
    const now = await stamps();
    seen ??= now;
    if (now !== seen && now === candidate) {
      seen = now;
      changed();
    }
    candidate = now;
  }, POLL_MS);
  // Watching must not keep the process alive.
  timer.unref();
  return () => clearInterval(timer);
}
