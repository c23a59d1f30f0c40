import * as v from 'valibot';
import { quoted } from '../http/quoted.ts';
import { COMPARE_DEFAULTS } from './defaults.ts';
import type { Fault } from './fault.ts';
import { mirrorHost } from './mirror-host.ts';
import { TOKEN } from './mirror-headers.ts';
import {
  above,
  atLeast,
  atMost,
  boolean,
  choice,
  integer,
  isObject,
  length,
  list,
  number,
  object,
  pattern,
  type Schema,
  string,
  type Test,
  typed,
} from './schema.ts';

/** What of a mirror's responses is compared with the primary's, and how. */
export interface CompareConfig {
  /** Share of the sent copies that are compared, 0.00001 to 1. Default 1. */
  readonly sample_ratio?: number;
  /** Whether statuses are compared. Default true. */
  readonly status?: boolean;
  readonly headers?: ComparedHeaders;
  /** `auto`: JSON by value where both are JSON, else bytes. Default `auto`. */
  readonly body?: 'auto' | 'bytes' | 'none';
  /** JSON Pointers of what may differ; `*` is any index or name, `**` any number of them. */
  readonly ignore?: readonly string[];
  /** JSON Pointers of arrays whose order means nothing. */
  readonly unordered?: readonly string[];
  /** Relative difference of two numbers that counts as none. Default 0. */
  readonly tolerance?: number;
  /** Bytes of either response's body, as sent. Larger ones are not compared, and not held. Default 262144. */
  readonly max_body_size?: number;
  /** `primary`, or the URL of another instance of the old version: what differs there as well is noise. */
  readonly baseline?: string;
  /** Share of compared requests that are asked of the primary's upstream once more. Default 0.1. */
  readonly baseline_ratio?: number;
  /** Examples kept of each difference. Default 2. */
  readonly keep?: number;
}

/** The header fields that are compared: all but the ones that always differ and `ignore`, or `only` these. */
export interface ComparedHeaders {
  readonly ignore?: readonly string[];
  readonly only?: readonly string[];
}

/** Whose values leave the process only as keyed hashes. */
export interface RedactConfig {
  /** Names of header fields. */
  readonly headers?: readonly string[];
  /** Names of query parameters. */
  readonly query?: readonly string[];
  /** JSON Pointers into bodies. */
  readonly json?: readonly string[];
  /** Whether copies are sent without these values, and without credentials. Default false. */
  readonly copy?: boolean;
}

const POINTER_HINT =
  'expected a JSON Pointer (RFC 6901) such as "/items/*/id": "*" is any index or name, "**" any number of them';

const pointers = (): Schema<readonly string[]> =>
  list(string(pattern('^(/([^~/]|~[01])*)*$', POINTER_HINT), length(0, MAX_POINTER_CHARACTERS)));

const MAX_POINTER_CHARACTERS = 1024;

export const fieldToken: Test<string> = (name) =>
  TOKEN.test(name) ? undefined : `expected the name of a header field, found ${quoted(name)}`;

const fieldNames = (): Schema<readonly string[]> => list(string(fieldToken));

/** Largest body that is compared, whatever is configured: reading and walking it takes time in proportion. */
const MAX_COMPARED_BYTES = 16 * 1024 * 1024;

const MAX_EXAMPLES = 20;

export const PRIMARY = 'primary';

export const baselineTest: Test<string> = (value) => {
  if (value === PRIMARY) return undefined;
  if (/^(?:http|grpc)s?:/.test(value)) return mirrorHost(value);
  return `expected "primary", or the URL of another instance of the old version, found ${quoted(value)}`;
};

export const compareObject: Schema<CompareConfig> = object<CompareConfig>({
  sample_ratio: number(atLeast(0.00001), atMost(1)),
  status: boolean(),
  headers: object<ComparedHeaders>({ ignore: fieldNames(), only: fieldNames() }),
  body: choice('auto', 'bytes', 'none'),
  ignore: pointers(),
  unordered: pointers(),
  tolerance: number(atLeast(0), atMost(1)),
  max_body_size: integer(atLeast(0), atMost(MAX_COMPARED_BYTES)),
  baseline: string(baselineTest),
  baseline_ratio: number(above(0), atMost(1)),
  keep: integer(atLeast(0), atMost(MAX_EXAMPLES)),
});

/** `true` is all defaults, `false` is what is left out: no comparison. */
export function compare(): v.GenericSchema<boolean | CompareConfig> {
  return v.lazy((value): v.GenericSchema<boolean | CompareConfig> =>
    isObject(value) ? compareObject : typed<boolean>('object or boolean', isBoolean),
  );
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

/** Faults of `compare` beyond its schema. None when it is absent. */
export function compareFaults(compared: unknown): Fault[] {
  const headers = isObject(compared) ? compared['headers'] : undefined;
  if (!isObject(headers) || headers['ignore'] === undefined || headers['only'] === undefined)
    return [];
  return [{ path: ['compare', 'headers'], message: 'only one of ignore or only is allowed' }];
}

export function redact(): Schema<RedactConfig> {
  return object<RedactConfig>({
    headers: fieldNames(),
    query: list(string(length(1, 256))),
    json: pointers(),
    copy: boolean(),
  });
}

/** A comparison with its defaults filled in. */
export type FullCompare = Required<Omit<CompareConfig, 'baseline' | 'headers'>> &
  Pick<CompareConfig, 'baseline'> & { readonly headers: ComparedHeaders };

/** Fills in the defaults; `null`: nothing is compared. */
export function compareOf(config: boolean | CompareConfig | undefined): FullCompare | null {
  if (config === undefined || config === false) return null;
  return { ...COMPARE_DEFAULTS, ...(config === true ? {} : config) };
}
