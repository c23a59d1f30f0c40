import { type HeaderList, headerValue } from '../../http/fields.ts';
import { statusClass } from '../../http/status.ts';
import type { RecordedResponse } from '../recorded.ts';
import type { ComparePool } from './pool.ts';

/** The codes that there are (https://grpc.github.io/grpc/core/md_doc_statuscodes.html). */
const CODE = /^(?:\d|1[0-6])$/;

/** Has the pairs of a pool counted by their statuses of gRPC, where one of them has any. Workers have no gRPC. */
export function withGrpcStatuses(pool: ComparePool): ComparePool {
  return {
    ...pool,
    compare(rules, primary, mirror) {
      const comparison = pool.compare(rules, primary, mirror);
      const codes = [primary, mirror].map(codeOf);
      if (codes.every((code) => code === null)) return comparison;
      const statuses = [primary, mirror].map(({ status }, i) =>
        codes[i] === null ? statusClass(status) : `grpc:${codes[i]}`,
      );
      return comparison.then((result) => ({ ...result, statuses }));
    },
  };
}

/** In the trailers, or in the head of a response without a message; `null` if there is none that is known. */
function codeOf({ headers, trailers }: RecordedResponse): string | null {
  const fieldOf = (fields: HeaderList) => headerValue(fields, 'grpc-status');
  const code = fieldOf(trailers ?? []) ?? fieldOf(headers) ?? '';
  return CODE.test(code) ? code : null;
}
