// What is meant by a field that is left out. Nothing of it is stored: a document stays as it was written.

/** Of a mirror. APISIX has no limits for copies, so these are generous. Times in seconds, sizes in bytes. */
export const MIRROR_DEFAULTS = {
  path_concat_mode: 'replace',
  sample_ratio: 1,
  timeout: 10,
  max_body_size: 1_048_576,
  max_in_flight: 128,
  breaker: { failures: 10, open: 5 },
} as const;

/** Of a comparison. Sizes in bytes. */
export const COMPARE_DEFAULTS = {
  sample_ratio: 1,
  status: true,
  headers: {},
  body: 'auto',
  ignore: [],
  unordered: [],
  tolerance: 0,
  max_body_size: 262_144,
  baseline_ratio: 0.1,
  keep: 2,
} as const;

/** Of an upstream, as in APISIX. Times are in seconds. */
export const UPSTREAM_DEFAULTS = {
  type: 'roundrobin',
  scheme: 'http',
  retry_timeout: 0,
  hash_on: 'vars',
  timeout: { connect: 60, send: 60, read: 60 },
} as const;
