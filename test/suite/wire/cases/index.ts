import type { Case } from '../case.ts';
import { responseBodies } from './response-bodies.ts';
import { responseFields } from './response-fields.ts';
import { codings } from './codings.ts';
import { endings } from './endings.ts';
import { interim } from './interim.ts';
import { methods } from './methods.ts';
import { requestBodies } from './request-bodies.ts';
import { requestFields } from './request-fields.ts';
import { statuses } from './statuses.ts';
import { targets } from './targets.ts';
import { trailers } from './trailers.ts';
import { versions } from './versions.ts';

export const cases: Readonly<Record<string, readonly Case[]>> = {
  methods,
  targets,
  'request fields': requestFields,
  'request bodies': requestBodies,
  versions,
  statuses,
  'response fields': responseFields,
  'response bodies': responseBodies,
  'content codings': codings,
  'interim responses': interim,
  endings: [...endings, ...trailers],
};
