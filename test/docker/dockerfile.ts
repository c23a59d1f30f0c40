import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../runtimes/paths.ts';

export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** The stages of our Dockerfile, each with its instructions from FROM on. */
export function stages(): Instruction[][] {
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const instructions = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', '')
    .split('\n')
    .filter((one) => one.trim() !== '')
    .map((one) => ({ name: one.split(' ', 1)[0]!, text: one.slice(one.indexOf(' ') + 1).trim() }));
  const found: Instruction[][] = [];
  for (const one of instructions) {
    if (one.name === 'FROM') found.push([]);
    found.at(-1)!.push(one);
  }
  return found;
}

/** The command of an instruction in exec form: a list, which runs without a shell. */
export function execForm({ text }: Instruction): string[] {
  return JSON.parse(text.slice(text.indexOf('['))) as string[];
}
