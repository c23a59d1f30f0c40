import { inOneLine } from '../http/quoted.ts';
import { type Change, changeOf } from './actions.ts';
import { originOf } from './origin.ts';
import type { Element, UiContext } from './view.ts';

interface Props {
  readonly query: URLSearchParams;
  readonly context: UiContext;
}

/** What stands in the dialog before a change is made: the question, and the request that will be sent. */
export function Confirmation({ query, context }: Props): Element {
  const change = changeOf(query, context.inForce()?.document ?? null);
  if (typeof change === 'string') return <Refused reason={change} />;
  const { question, about, meaning, warning, verb, isFinal, done, method, path, body } = change;
  return (
    <form
      data-send
      data-method={method}
      data-path={path}
      data-done={done}
      {...(body !== undefined && { 'data-body': JSON.stringify(body) })}
    >
      <h2 id="dialog-title">{question}</h2>
      <About about={about} />
      <p>{meaning}</p>
      {warning !== undefined && (
        <p role="note" class="caution">
          <strong>Caution</strong>: {warning}
        </p>
      )}
      {method === 'PATCH' && (
        <p>
          {context.runtime === 'workers' && 'Other isolates follow within ROUTES_TTL seconds. '}
          {context.isTransient
            ? 'The routes are in no file: a restart of the gateway undoes this.'
            : 'A later deployment that replaces all routes undoes this.'}
        </p>
      )}
      <p>This is sent:</p>
      <Line text={curlLine(change, originOf(query), context.needsKey)} />
      <p role="alert" class="refusal"></p>
      <p class="buttons">
        <button class={isFinal ? 'first final' : 'first'}>{verb}</button>
        <button type="button" data-close autofocus>
          Cancel
        </button>
      </p>
    </form>
  );
}

function About({ about }: Pick<Change, 'about'>): Element | null {
  if (about.length === 0) return null;
  return (
    <dl>
      {about.map(([label, text]) => (
        <>
          <dt>{label}</dt>
          <dd>
            <code>{text}</code>
          </dd>
        </>
      ))}
    </dl>
  );
}

/** Options with their values, and other words: the data come last, and may hold spaces. */
const WORDS = /(-d .*|-\w "[^"]*"|-\w \S+|\S+)/s;

/** A line for a shell, which breaks between its options: within one only if that is longer than a line. */
export function Line({ text }: { readonly text: string }): Element {
  return (
    <pre tabindex={0} role="group" aria-label="The request">
      {text.split(WORDS).map((part, i) => (i % 2 === 0 ? part : <span class="word">{part}</span>))}
    </pre>
  );
}

function Refused({ reason }: { readonly reason: string }): Element {
  return (
    <div>
      <h2 id="dialog-title">Nothing was changed</h2>
      <p role="alert">{reason}.</p>
      <p class="buttons">
        <button type="button" data-close autofocus>
          Close
        </button>
      </p>
    </div>
  );
}

/**
 * The request as a line for a shell. The key stays in its variable, and what is invisible is escaped as JSON can escape it, so
 * that the line shows what it does.
 */
export function curlLine(
  { method, path, body }: Change,
  origin: string,
  needsKey: boolean,
): string {
  const data = body === undefined ? '' : ` -d ${inShell(inOneLine(JSON.stringify(body)))}`;
  return `curl -X ${method} ${inShell(origin + path)}${keyOption(needsKey)}${data}`;
}

/** The key in a line for a shell: in a variable, and only where there is one. */
export function keyOption(needsKey: boolean): string {
  return needsKey ? ' -H "X-API-KEY: $ADMIN_KEY"' : '';
}

function inShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
