import { readFile, stat } from 'node:fs/promises';
import { isShortage } from '../../../http/transport.ts';

/** Milliseconds between two checks whether a file has changed. */
const RECHECK_MS = 1000;

/**
 * The parsed content of a text file, read again when the file changes. A file that cannot be read counts as empty,
 * unless this process has run out of descriptors or memory: then the last content stays.
 */
export class ConfigFile<T> {
  readonly #path: string;
  readonly #parse: (text: string) => T;
  readonly #readText: (path: string) => Promise<string>;
  #value: T;
  #version = '';
  #checkedAt = -Infinity;
  #checking: Promise<T> | null = null;

  /**
   * @param parse must be pure, and accept `''`
   * @param readText reads the file. Default: from the file system
   */
  constructor(
    path: string,
    parse: (text: string) => T,
    readText: (path: string) => Promise<string> = (name) => readFile(name, 'utf8'),
  ) {
    this.#path = path;
    this.#parse = parse;
    this.#readText = readText;
    this.#value = parse('');
  }

  /** Returns the same object as long as the file has not changed. */
  async read(): Promise<T> {
    if (performance.now() - this.#checkedAt < RECHECK_MS) return this.#value;
    return (this.#checking ??= this.#check().finally(() => (this.#checking = null)));
  }

  async #check(): Promise<T> {
    const version = await this.#versionNow();
    if (version !== this.#version) await this.#load(version);
    this.#checkedAt = performance.now();
    return this.#value;
  }

  async #load(version: string): Promise<void> {
    let text = '';
    try {
      text = await this.#readText(this.#path);
    } catch (error) {
      if (isShortage(error)) return;
    }
    this.#value = this.#parse(text);
    this.#version = version;
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
