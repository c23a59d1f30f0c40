import { describe } from 'vitest';
import { wranglerDev } from './runtimes/wrangler.ts';
import { walkThrough } from './suite/walk-through.ts';

describe('wrangler dev', () => walkThrough(wranglerDev));
