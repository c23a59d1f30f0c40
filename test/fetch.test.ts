import { describe } from 'vitest';
import { expectFailures } from './fetch/expected.ts';
import * as runtimes from './fetch/runtimes.ts';
import { behaviour } from './suite/index.ts';

/** What is quick and says much; `npm run test:fetch` runs all of the suite. */
const PARTS = [
  'explain',
  'limits',
  'the walk-through',
  'the control plane',
  'routing',
  'balancing',
];

describe.each(Object.values(runtimes).map((runtime) => [runtime.server, runtime] as const))(
  'gateway.fetch behind %s',
  (_, runtime) => {
    expectFailures(runtime, PARTS);
    behaviour(runtime, { parts: PARTS });
  },
);
