import { readFile, stat } from 'node:fs/promises';

/** Milliseconds for which a file is taken to be as it was. */
const RECHECK_MS = 1000;

/** What a text file of the system says, read again once it has changed. One that cannot be read is empty. */
export class ConfigFile<T> {
  readonly #path: string;
  readonly #parse: (text: string) => T;
  #value: T;
  #version = '';
  #checkedAt = -Infinity;
  #checking: Promise<T> | null = null;

  /** @param parse of the same text always the same; given `''` as well */
  constructor(path: string, parse: (text: string) => T) {
    this.#path = path;
    this.#parse = parse;
    this.#value = parse('');
  }

  /** The same object as long as the file did not change. */
  async read(): Promise<T> {
    if (performance.now() - this.#checkedAt < RECHECK_MS) return this.#value;
    return (this.#checking ??= this.#check().finally(() => (this.#checking = null)));
  }

  async #check(): Promise<T> {
    const version = await this.#versionNow();
    if (version !== this.#version) {
      this.#value = this.#parse(await readFile(this.#path, 'utf8').catch(() => ''));
      this.#version = version;
    }
    this.#checkedAt = performance.now();
    return this.#value;
  }

  async #versionNow(): Promise<string> {
    try {
      const { ino, size, mtimeMs } = await stat(this.#path);
      return [ino, size, mtimeMs].join();
    } catch {
      return '';
    }
  }
}
