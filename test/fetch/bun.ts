import { behaviour } from '../suite/index.ts';
import { expectFailures } from './expected.ts';
import { bun } from './runtimes.ts';
import { wireRules } from './wire-rules.ts';

expectFailures(bun);
behaviour(bun, { wireRules: wireRules('bun') });
