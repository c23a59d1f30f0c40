import { behaviour } from '../suite/index.ts';
import { expectFailures } from './expected.ts';
import { node } from './runtimes.ts';
import { wireRules } from './wire-rules.ts';

expectFailures(node);
behaviour(node, { wireRules: wireRules('node') });
