import { parseDocument } from '../../../src/config/document.ts';
import { adminText, documentText } from '../../../src/config/fault.ts';
import { createGateway } from '../../../src/index.ts';
import type { Draw } from '../draw.ts';
import { mutatedJson } from '../mutate/json.ts';
import { ALIKE, finding, type Input, type Part, REFUSED, type Verdict } from '../part.ts';
import { ROUTES } from '../seeds/documents.ts';

/** Requests to explain: each route of the seeds matches one of them. */
const QUESTIONS: readonly string[] = [
  { url: '/hello', headers: { 'x-version': '3', 'x-user': 'u' } },
  { url: 'http://a.example/a/b?a=b&c', method: 'POST', body_length: 5, headers: { cookie: 'c=d' } },
  { url: 'https://x.b.example:8080/bxc', remote_addr: '10.1.2.3' },
].map((question) => JSON.stringify(question));

/** Routes documents: each must be refused as a whole with messages, or accepted and compiled. */
export class Documents implements Part {
  readonly name = 'documents';
  readonly lanes = 1;
  readonly batch = 1000;

  make(draw: Draw): Input {
    const count = draw.few(1, 4);
    const routes = Array.from({ length: count }, (_, i) => ({ ...draw.pick(ROUTES), id: `${i}` }));
    return { pieces: [mutatedJson({ routes }, draw)] };
  }

  async run({ pieces: [text = ''] }: Input): Promise<Verdict> {
    const checked = parseDocument(text);
    if (!checked.ok) return refusalFault(checked.faults, text) ?? REFUSED;
    const { value } = checked;
    const again = JSON.stringify(value);
    const read = parseDocument(again);
    if (!read.ok) return finding(`not valid any more when written: ${adminText(read.faults)}`);
    if (JSON.stringify(read.value) !== again)
      return finding('another document when written and read');
    const gateway = createGateway({ routes: value.routes, adminKey: 'k' });
    for (const body of QUESTIONS) {
      const init = { method: 'POST', headers: { 'x-api-key': 'k' }, body };
      const response = await gateway.app.request('http://localhost/apisix/admin/explain', init);
      const message = await response.text();
      if (response.status !== 200)
        return finding(`cannot explain: ${body}: ${response.status} ${message}`);
    }
    return ALIKE;
  }
}

/** Faults must have messages, in one line each. */
function refusalFault(faults: Parameters<typeof adminText>[0], text: string): Verdict | null {
  if (faults.length === 0) return finding('refused without a word');
  const words = [adminText(faults), ...documentText(faults, valueOf(text))];
  const bad = words.find((word) => word === '' || /\p{Cc}|[\u2028\u2029]/u.test(word));
  return bad === undefined
    ? null
    : finding(`a fault that does not fit a line of a log: ${JSON.stringify(bad)}`);
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
