import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/support/ports.ts';
import { line, run } from '../../test/support/process.ts';

/** A bad mirror, which must harm nobody but itself. */
export interface BadMirror {
  readonly kind: string;
  readonly url: string;
}

export interface BadMirrors {
  readonly mirrors: readonly BadMirror[];
  stop(): Promise<void>;
}

/** Starts one mirror of each kind, in a process of their own. */
export async function badMirrors(): Promise<BadMirrors> {
  const program = run(process.execPath, [
    fileURLToPath(new URL('../run.mjs', import.meta.url)),
    'bad-mirrors',
  ]);
  const [, json] = await line(program, /^mirrors (.*)$/m);
  const url = `http://127.0.0.1:${await freePort()}`;
  return {
    mirrors: [...(JSON.parse(json!) as BadMirror[]), { kind: 'refuses connections', url }],
    async stop() {
      program.signal('SIGKILL');
      await program.exited;
    },
  };
}
