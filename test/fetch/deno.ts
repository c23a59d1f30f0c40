import { behaviour } from '../suite/index.ts';
import { expectFailures } from './expected.ts';
import { deno } from './runtimes.ts';
import { wireRules } from './wire-rules.ts';

expectFailures(deno);
behaviour(deno, { wireRules: wireRules('deno') });
