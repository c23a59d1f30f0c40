import { hinted, mismatch } from './messages.ts';
import { pattern, type Test } from './schema.ts';

export const HOST = '^(http(s)?|grpc(s)?):\\/\\/([\\da-zA-Z.-]+|\\[[\\da-fA-F:]+\\])(:\\d+)?$';
const HOST_HINT =
  'expected http://, https://, grpc:// or grpcs://, a host and optionally a port, no path: put a path in "path"';
/** As `HOST`, but for underscores. */
const UNDERSCORE = /^(?:http|grpc)s?:\/\/[\w.-]+(?::\d+)?$/;
const UNDERSCORE_HINT =
  'as in APISIX, the name of a mirror has no underscore: give it a name or an alias without one, or its address';

/** `http://`, `https://`, `grpc://` or `grpcs://`, a host and optionally a port. */
export const mirrorHost: Test<string> = (host) => {
  const fault = pattern(HOST, UNDERSCORE.test(host) ? UNDERSCORE_HINT : HOST_HINT)(host);
  if (fault !== undefined) return fault;
  const port = /:(\d+)$/.exec(host)?.[1];
  // APISIX accepts such a port, and then each copy fails.
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65535)) {
    return hinted(`invalid port ${port}`, 'expected 1 to 65535');
  }
  // A URL with any other scheme is parsed by other rules.
  return URL.canParse(host.replace('grpc', 'http')) ? undefined : mismatch(HOST, host, HOST_HINT);
};
