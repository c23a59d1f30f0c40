#!/usr/bin/env node
import process from 'node:process';
import { COMMANDS } from './commands.ts';
import { runCommandLine } from './run.ts';

await runCommandLine(process.argv.slice(2), {
  commands: COMMANDS,
  runtime: async () => (await import('#runtime')).runtime(),
});
