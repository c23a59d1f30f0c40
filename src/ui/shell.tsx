import type { Element } from './view.ts';
import { VIEWS } from './views.ts';

/**
 * The page without any data: the script fills `main` with the view that the address names.
 *
 * @param props `needsKey`: true if the script must ask for a key before it can show anything
 */
export function Shell({ needsKey }: { readonly needsKey: boolean }): Element {
  return (
    <html lang="en" {...(needsKey && { 'data-needs-key': true })}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>proxy-mirror</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/apisix/ui/style.css" />
        <script type="module" src="/apisix/ui/script.js"></script>
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header>
          <p class="name">proxy-mirror</p>
          <nav aria-label="Views">
            {Object.entries(VIEWS).map(([name, { title }]) => (
              <a href={`/apisix/ui?view=${name}`} data-view={name}>
                {title}
              </a>
            ))}
          </nav>
        </header>
        <div class="bar">
          <p id="status" role="status"></p>
          <button type="button" data-dismiss>
            Close
          </button>
        </div>
        <main id="main" tabindex={-1}>
          <noscript>This page needs JavaScript.</noscript>
        </main>
        <dialog id="dialog" aria-labelledby="dialog-title"></dialog>
        <template id="key">
          <KeyForm />
        </template>
      </body>
    </html>
  );
}

function KeyForm(): Element {
  return (
    <form class="key" data-key>
      <h1>Key of the control plane</h1>
      <p>
        The value of <code>ADMIN_KEY</code>. This tab keeps it until it is closed, and sends it to
        this gateway alone.
      </p>
      <label>
        Key
        <input name="key" type="password" autocomplete="off" required />
      </label>
      <p role="alert" class="refusal"></p>
      <button class="first">Open</button>
    </form>
  );
}
