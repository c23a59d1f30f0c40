import { documentText } from '../../config/fault.ts';
import { explain } from '../../explain/explain.ts';
import { explanationText } from '../../explain/print.ts';
import { checkQuestion, type Question, splitHeaderLines } from '../../explain/question.ts';
import { originOf } from '../origin.ts';
import type { Element, UiContext, View } from '../view.ts';

/** Asks what would happen to a request. The form is sent by POST: what it holds may be secret, and addresses are not. */
export const explainView: View = {
  title: 'Explain',
  render: (query, context) => (
    <section data-title="Explain">
      <h1>What would happen to a request?</h1>
      <p class="quiet">Nothing is sent, and no counter or limit changes.</p>
      <Form query={query} />
      {query.has('url') && <Result query={query} context={context} />}
    </section>
  ),
};

function Form({ query }: { readonly query: URLSearchParams }): Element {
  const given = (name: string, otherwise: string) => query.get(name) ?? otherwise;
  return (
    <form method="post" class="fields asked">
      <label>
        Method
        <input name="method" value={given('method', 'GET')} size={8} required />
      </label>
      <label class="wide">
        URL
        <input name="url" value={given('url', `${originOf(query)}/`)} required />
      </label>
      <label class="full">
        Fields, one a line
        <textarea name="fields" rows={3} placeholder="Host: shop.example" spellcheck={false}>
          {given('fields', '')}
        </textarea>
      </label>
      <label>
        Bytes of its body
        <input name="body_length" type="number" min={0} value={given('body_length', '0')} />
      </label>
      <label>
        Client's address
        <input name="remote_addr" value={given('remote_addr', '127.0.0.1')} />
      </label>
      <button class="first">Explain</button>
    </form>
  );
}

function Result({ query, context }: { query: URLSearchParams; context: UiContext }): Element {
  const found = explained(query, context);
  if (!found.ok) return <p role="alert">{found.text}</p>;
  return (
    <section aria-label="Explanation">
      <pre tabindex={0} data-result>
        {found.text}
      </pre>
    </section>
  );
}

function explained(query: URLSearchParams, { inForce }: UiContext): { ok: boolean; text: string } {
  const split = splitHeaderLines((query.get('fields') ?? '').split(/\r?\n/).filter(Boolean));
  if (typeof split === 'string') return { ok: false, text: split };
  const checked = checkQuestion({
    url: query.get('url') ?? '',
    method: query.get('method') ?? 'GET',
    headers: split,
    body_length: Number(query.get('body_length') ?? 0),
    remote_addr: query.get('remote_addr') ?? '127.0.0.1',
  } satisfies Question);
  if (!checked.ok) return { ok: false, text: documentText(checked.faults, null).join('; ') };
  const options = inForce();
  if (options === null) return { ok: false, text: 'no routes are loaded yet: see the log' };
  return { ok: true, text: explanationText(explain(checked.value, options)) };
}
