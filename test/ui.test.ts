import { describe } from 'vitest';
import { needing } from './real-programs/program.ts';
import { bun } from './runtimes/bun.ts';
import { deno } from './runtimes/deno.ts';
import { node } from './runtimes/node.ts';
import { workers } from './runtimes/workers.ts';
import { stage as set } from './support/stage.ts';
import { browser } from './ui/browser.ts';
import { differences } from './ui/differences.ts';
import { elsewhere, unwritable } from './ui/elsewhere.ts';
import { explain } from './ui/explain.ts';
import { hostile } from './ui/hostile.ts';
import { key } from './ui/key.ts';
import { keyboard } from './ui/keyboard.ts';
import { closed, keyless } from './ui/keyless.ts';
import { looks } from './ui/looks.ts';
import { now } from './ui/now.ts';
import { others } from './ui/others.ts';
import { races } from './ui/races.ts';
import { same } from './ui/same.ts';
import { silence } from './ui/silence.ts';
import { many, none } from './ui/sizes.ts';

/** The page in a real browser: all of it on a server and on Workers, and that it works on the others. */
needing(['chromium'], 'the page', () => {
  const tabs = browser();
  describe.each([node, workers])('on $name', (runtime) => {
    const stage = set(runtime);
    same(stage);
    describe('no route', () => none(stage, tabs));
    describe('the key', () => key(stage, tabs));
    describe('now', () => now(stage, tabs));
    describe('differences', () => differences(stage, tabs));
    describe('explain', () => explain(stage, tabs));
    describe('what strangers sent', () => hostile(stage, tabs));
    describe('the keyboard', () => keyboard(stage, tabs));
    describe('races', () => races(stage, tabs));
    describe('everybody', () => looks(stage, tabs));
    describe('others', () => others(stage, tabs, 401));
    describe('written elsewhere', () => elsewhere(runtime, tabs));
    describe('10,000 routes', () => many(runtime, tabs));
    if (runtime.name === 'node') {
      unwritable(runtime, tabs);
      silence(runtime, tabs);
    }
  });
  describe.each([node, workers])('without a key on $name', (runtime) => {
    const stage = set(runtime, {}, { adminKey: null });
    (runtime.name === 'workers' ? closed : keyless)(stage, tabs);
    describe('others', () => others(stage, tabs, 403));
  });
  describe.each([deno, bun])('on $name', (runtime) => {
    const stage = set(runtime);
    same(stage);
    describe('now', () => now(stage, tabs));
  });
});
