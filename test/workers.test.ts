import { workers } from './runtimes/workers.ts';
import { behaviour } from './suite/index.ts';

behaviour(workers);
