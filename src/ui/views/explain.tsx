import { explain } from '../../explain/explain.ts';
import { checkQuestion, type Question, splitHeaderLines } from '../../explain/question.ts';
import { originOf } from '../origin.ts';
import type { Element, UiContext, View } from '../view.ts';
import { Field, type Named } from './explain/field.tsx';
import { Explained } from './explain/result.tsx';

/** Asks what would happen to a request. The form is sent by POST: what it holds may be secret, and addresses are not. */
export const explainView: View = {
  title: 'Explain',
  render(query, context) {
    const found = query.has('url') ? explained(query, context) : null;
    const faults = Array.isArray(found) ? found : [];
    return (
      <section data-title="Explain">
        <h1>What would happen to a request?</h1>
        <p class="quiet">Nothing is sent, and no counter or limit changes.</p>
        <Form query={query} faults={faults} />
        {faults
          .filter(({ name }) => name === null)
          .map(({ text }) => (
            <p role="alert">{text}</p>
          ))}
        {found !== null && !Array.isArray(found) && <Explained explanation={found} />}
      </section>
    );
  },
};

/** What is wrong with a field of the form; `null`: with none of them. */
interface Fault {
  readonly name: Named | null;
  readonly text: string;
}

interface FormProps {
  readonly query: URLSearchParams;
  readonly faults: readonly Fault[];
}

function Form({ query, faults }: FormProps): Element {
  const given = (name: Named, otherwise: string) => query.get(name) ?? otherwise;
  const field = (name: Named, otherwise: string) => ({
    name,
    value: given(name, otherwise),
    faults: faults.filter((fault) => fault.name === name).map(({ text }) => text),
  });
  return (
    <form method="post" class="fields asked">
      <Field label="Method" {...field('method', 'GET')} size={8} required />
      <Field label="URL" {...field('url', `${originOf(query)}/`)} width="wide" required />
      <Field
        label="Header fields, one per line"
        {...field('fields', '')}
        width="full"
        rows={3}
        placeholder="Host: shop.example"
      />
      <Field label="Body size in bytes" {...field('body_length', '0')} type="number" min={0} />
      <Field label="Client address" {...field('remote_addr', '127.0.0.1')} />
      <button class="first">Explain</button>
    </form>
  );
}

/** What stands where in a form, by the attributes of a question. */
const NAMES: Readonly<Record<keyof Question, Named>> = {
  url: 'url',
  method: 'method',
  headers: 'fields',
  body_length: 'body_length',
  remote_addr: 'remote_addr',
};

function explained(
  query: URLSearchParams,
  { inForce }: UiContext,
): Fault[] | ReturnType<typeof explain> {
  const split = splitHeaderLines((query.get('fields') ?? '').split(/\r?\n/).filter(Boolean));
  if (typeof split === 'string') return [{ name: 'fields', text: split }];
  const checked = checkQuestion({
    url: asSent(query.get('url') ?? ''),
    method: query.get('method') ?? 'GET',
    headers: split,
    body_length: Number(query.get('body_length') ?? 0),
    remote_addr: query.get('remote_addr') ?? '127.0.0.1',
  } satisfies Question);
  if (!checked.ok)
    return checked.faults.map(({ path: [first], message }) => ({
      name: NAMES[first as keyof Question] ?? null,
      text: message,
    }));
  const options = inForce();
  if (options === null) return [{ name: null, text: 'no routes are loaded yet: see the log' }];
  return explain(checked.value, options);
}

/** A URL as clients send it: what cannot stand in one is percent-encoded. */
function asSent(url: string): string {
  return url.trim().replaceAll(/[ "<>]/g, encodeURIComponent);
}
