import { bun } from './runtimes/bun.ts';
import { behaviour } from './suite/index.ts';

behaviour(bun);
