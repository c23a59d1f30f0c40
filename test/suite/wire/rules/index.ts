import type { Rule } from '../rule.ts';
import { bodies } from './bodies.ts';
import { fields } from './fields.ts';
import { framing } from './framing.ts';
import { hop } from './hop.ts';
import { interimAndTrailers } from './interim-and-trailers.ts';
import { origin } from './origin.ts';
import { refusals } from './refusals.ts';
import { targets } from './targets.ts';

/** All differences that are allowed. */
export const rules: readonly Rule[] = [
  ...hop,
  ...interimAndTrailers,
  ...origin,
  ...targets,
  ...fields,
  ...framing,
  ...bodies,
  ...refusals,
];
