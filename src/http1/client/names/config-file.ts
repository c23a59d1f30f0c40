import { readFile, stat } from 'node:fs/promises';
import { isShortage } from '../../../http/transport.ts';

/** Milliseconds for which a file is taken to be as it was. */
const RECHECK_MS = 1000;

/**
 * What a text file of the system says, read again once it has changed. One that cannot be read is empty, unless that
 * is for want of our own: then it is as it was.
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
   * @param parse of the same text always the same; given `''` as well
   * @param readText what reads it. Default: the file system
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

  /** The same object as long as the file did not change. */
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
