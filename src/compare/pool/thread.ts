import { serveThread } from '../../runtime/sockets/thread.ts';
import type { Batch, BatchReply } from './thread-pool.ts';
import { zlibDecoders } from '../../runtime/zlib.ts';
import { comparer } from '../compare.ts';
import { knowsStreamOf, webDecoders } from '../decode.ts';

// What runs in the thread that compares: see `thread-pool.ts`.

/** `node:zlib` of Deno takes a br body that was cut off for whole. The streams of runtimes that know br do not. */
const decoders = knowsStreamOf('brotli')
  ? { ...zlibDecoders, br: webDecoders['br']! }
  : zlibDecoders;

const comparers = new Map<number, ReturnType<typeof comparer>>();

serveThread(async (message): Promise<BatchReply> => {
  const { key, forget, rules, pairs } = message as Batch;
  if (forget) comparers.clear();
  for (const [id, one] of rules) comparers.set(id, comparer(one, key, decoders));
  const results: BatchReply['results'] = [];
  let error: string | null = null;
  for (const { rules: id, primary, mirror } of pairs) {
    try {
      results.push(await comparers.get(id)!(primary, mirror));
    } catch (thrown) {
      // A mistake of ours, which must not end the comparisons of others.
      error = String(thrown);
      results.push({ result: 'not_compared', reason: 'overload' });
    }
  }
  return { results, error };
});
