import { describe } from 'vitest';
import { isServer, type TestRuntime } from '../runtimes/runtime.ts';
import { stage as set } from '../support/stage.ts';
import { bounded } from './compare/bounded.ts';
import { noise } from './compare/noise.ts';
import { page } from './compare/page.ts';
import { pairs } from './compare/pairs.ts';
import { secrets } from './compare/secrets.ts';
import { toldSecrets } from './compare/told-secrets.ts';
import { waiting } from './compare/waiting.ts';

/** What mirrors responded, as compared with what the client got. */
export function compare(runtime: TestRuntime): void {
  const stage = set(runtime);
  pairs(runtime, stage);
  describe('noise', () => noise(stage));
  describe('bounded', () => bounded(stage));
  describe('the page', () => page(stage));
  describe('secrets', () => {
    secrets(runtime);
    if (isServer(runtime)) toldSecrets(runtime);
  });
  if (isServer(runtime)) describe('pairs that wait', () => waiting(runtime));
}
