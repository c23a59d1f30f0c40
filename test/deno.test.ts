import { deno } from './runtimes/deno.ts';
import { behaviour } from './suite/index.ts';

behaviour(deno);
