import { describe } from 'vitest';
import { expectFailures } from './fetch/expected.ts';
import * as runtimes from './fetch/runtimes.ts';
import { behaviour } from './suite/index.ts';

/** Parts that are quick and cover much; `npm run test:fetch` runs the whole suite. */
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
