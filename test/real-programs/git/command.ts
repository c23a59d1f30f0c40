import { command, type Finished } from '../command.ts';
import { program } from '../program.ts';

/** Keeps a developer's git settings and interactive prompts out. */
export const ALONE: Readonly<Record<string, string>> = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'A U Thor',
  GIT_AUTHOR_EMAIL: 'author@example.com',
  GIT_COMMITTER_NAME: 'A U Thor',
  GIT_COMMITTER_EMAIL: 'author@example.com',
};

export function git(cwd: string, ...args: readonly string[]): Promise<Finished> {
  return command(program('git'), args, { cwd, env: ALONE });
}

/** Id of the commit that HEAD is at. Fails unless all objects are complete. */
export async function soundHead(repository: string): Promise<string> {
  await git(repository, 'fsck', '--full', '--strict');
  return (await git(repository, 'rev-parse', 'main')).stdout.trim();
}
