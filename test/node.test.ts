import { node } from './runtimes/node.ts';
import { behaviour } from './suite/index.ts';

behaviour(node);
