import { expect, it } from 'vitest';
import { withGrpcStatuses } from '../../../../src/compare/pool/grpc-statuses.ts';
import { ownThread } from '../../../../src/compare/pool/own-thread.ts';
import type { RecordedResponse } from '../../../../src/compare/recorded.ts';
import { KEY, response, rules } from '../responses.ts';

const pool = withGrpcStatuses(
  ownThread(
    () => KEY,
    () => expect.fail(),
  ),
);
const inHead = (code: string) => response('', { headers: ['Grpc-Status', code] });
const inTrailers = (code: string) => response('', { trailers: ['grpc-status', code] });

it.each<[string, RecordedResponse, RecordedResponse, string[] | undefined]>([
  ['wherever they stand', inHead('5'), inTrailers('14'), ['grpc:5', 'grpc:14']],
  ['beside none', inTrailers('0'), response('', { status: 503 }), ['grpc:0', '5xx']],
  ['that are known', inTrailers('16'), inTrailers('17'), ['grpc:16', '2xx']],
  ['not where there are none', response(''), inHead('OK'), undefined],
])('names the statuses of gRPC, %s', async (_, primary, mirror, statuses) => {
  expect((await pool.compare(rules(), primary, mirror)).statuses).toEqual(statuses);
});
