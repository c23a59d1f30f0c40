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
  const { question, meaning, verb, method, path, body } = change;
  return (
    <form
      data-send
      data-method={method}
      data-path={path}
      {...(body !== undefined && { 'data-body': JSON.stringify(body) })}
    >
      <h2 id="dialog-title">{question}</h2>
      <p>{meaning}</p>
      {method === 'PATCH' && (
        <p class="quiet">
          {context.runtime === 'workers' && 'Other isolates follow within ROUTES_TTL seconds. '}
          Whoever replaces all routes later, such as a deployment, undoes it.
        </p>
      )}
      <p>This is sent:</p>
      <pre tabindex={0}>{curlLine(change, originOf(query))}</pre>
      <p role="alert" class="refusal"></p>
      <p class="buttons">
        <button class="first">{verb}</button>
        <button type="button" data-close autofocus>
          Cancel
        </button>
      </p>
    </form>
  );
}

function Refused({ reason }: { readonly reason: string }): Element {
  return (
    <div>
      <h2 id="dialog-title">That cannot be done</h2>
      <p role="alert">{reason}</p>
      <p class="buttons">
        <button type="button" data-close>
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
export function curlLine({ method, path, body }: Change, origin: string): string {
  const data = body === undefined ? '' : ` -d ${inShell(inOneLine(JSON.stringify(body)))}`;
  return `curl -X ${method} ${inShell(origin + path)} -H "X-API-KEY: $ADMIN_KEY"${data}`;
}

function inShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
