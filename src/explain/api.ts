import { failed, AdminRefusal, respond } from '../admin/responses.ts';
import { readBody } from '../admin/body.ts';
import { documentText } from '../config/fault.ts';
import type { Endpoints } from '../http/endpoint.ts';
import { explain, type ExplainOptions } from './explain.ts';
import { checkQuestion } from './question.ts';

export interface ExplainApiOptions {
  /** The current table and document; `null` when none was loaded yet. */
  readonly inForce: () => ExplainOptions | null;
}

/**
 * `POST /admin/explain`: says what the gateway would do with a request, in the current state of limits and
 * breakers.
 *
 * @example
 * curl http://127.0.0.1:9080/apisix/admin/explain -d '{"url": "http://shop.example/cart"}'
 */
export function explainApi({ inForce }: ExplainApiOptions): Endpoints {
  async function post(request: Request): Promise<Response> {
    try {
      const body = await readBody(request);
      const checked = checkQuestion(body.absent ? {} : body.value);
      if (!checked.ok) return respond(failed(400, documentText(checked.faults, null).join('; ')));
      const options = inForce();
      if (options === null) return respond(failed(503, 'no routes are loaded yet: see the log'));
      return respond({ status: 200, body: explain(checked.value, options) });
    } catch (error) {
      if (error instanceof AdminRefusal) return respond(error.response);
      throw error;
    }
  }
  return { POST: post };
}
