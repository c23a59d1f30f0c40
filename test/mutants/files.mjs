import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The code whose every line must be covered by a failing test when it is changed, grouped by purpose. Mistakes in it
 * would go unnoticed until they are exploited.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const FILES = {
  'whom to believe': [
    'src/admin/guard.ts',
    'src/runtime/sockets/this-machine.ts',
    'src/request/inbound.ts',
    'src/exchange/request-headers.ts',
    'src/http/authority.ts',
    'src/http/cidr.ts',
    'src/http/destination.ts',
    'src/http/forwarding-fields.ts',
    'src/http/percent.ts',
    'src/http1/server/proxy-header.ts',
  ],
  'where a message ends': [
    'src/http/fields.ts',
    'src/http/trailers.ts',
    'src/http1/grammar.ts',
    'src/http1/body-decoder.ts',
    'src/http1/fields.ts',
    'src/http1/line-reader.ts',
    'src/http1/client/response-grammar.ts',
    'src/http1/client/parse-response-head.ts',
    'src/http1/client/response-parser.ts',
    'src/http1/server/write-response.ts',
    'src/http1/framing.ts',
    'src/http1/server/parse-request-head.ts',
    'src/http1/server/request-grammar.ts',
    'src/http1/server/request-parser.ts',
    'src/http2/fields.ts',
    'src/http2/frame-watch.ts',
    'src/http2/field-count.ts',
    'src/http2/sent-errors.ts',
    'src/http2/client/response-head.ts',
    'src/http2/server/parse-head.ts',
  ],
  'what may be retried': ['src/exchange/exchange.ts', 'src/http/upload.ts'],
  'what is copied and limited': [
    'src/mirror/record.ts',
    'src/mirror/copies.ts',
    'src/mirror/mirror.ts',
    'src/vars/sampler.ts',
    'src/request/ids.ts',
    'src/mirror/send.ts',
    'src/mirror/limits.ts',
    'src/http/token-bucket.ts',
    'src/compare/recorded.ts',
  ],
};

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The files that each glob in `FILES` matches. Only the last path segment may contain stars.
 *
 * @returns {{ glob: string, files: string[] }[]}
 */
export function filesOf() {
  return Object.values(FILES)
    .flat()
    .map((glob) => {
      const { dir, base } = path.posix.parse(glob);
      const [before = '', after] = base.split('*');
      const names = readdirSync(path.join(ROOT, dir)).filter((name) =>
        after === undefined ? name === base : name.startsWith(before) && name.endsWith(after),
      );
      return { glob, files: names.map((name) => `${dir}/${name}`) };
    });
}
