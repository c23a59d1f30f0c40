import { describe } from 'vitest';
import { chromium } from './real-programs/chromium.ts';
import { curl } from './real-programs/curl.ts';
import { events } from './real-programs/events.ts';
import { git } from './real-programs/git.ts';
import { nginx } from './real-programs/nginx.ts';
import { npm } from './real-programs/npm.ts';
import { needing } from './real-programs/program.ts';
import { promtool } from './real-programs/promtool.ts';
import { bun } from './runtimes/bun.ts';
import { deno } from './runtimes/deno.ts';
import { node } from './runtimes/node.ts';
import { workers } from './runtimes/workers.ts';
import { stage as set } from './support/stage.ts';

/** Third-party programs, unmodified. */
describe.each([node, deno, bun, workers])('on $name', (runtime) => {
  const stage = set(runtime);
  needing(['chromium'], 'Chromium', () => chromium(stage));
  needing(['curl'], 'curl', () => curl(stage));
  needing(['git'], 'git', () => git(stage));
  describe('npm', () => npm(stage));
  needing(['curl'], 'server-sent events', () => events(stage));
  needing(['nginx', 'curl'], 'nginx', () => nginx(stage));
  needing(['promtool'], 'promtool', () => promtool(stage));
});
