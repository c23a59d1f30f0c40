import type { ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Respond, Seen } from '../../support/origin.ts';

/** What the page found, which it reports to the site at the end. */
export interface Report {
  /** Computed from the compressed style sheet. */
  readonly color: string;
  readonly image: readonly [width: number, height: number];
  readonly frame: string;
  readonly cookie: string;
  readonly posted: { readonly cookie: string; readonly type: string; readonly body: string };
  readonly events: readonly string[];
}

const PAGE = `<!doctype html>
<title>A page</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="style.css">
<img src="image.png" alt="">
<iframe src="frame.html"></iframe>
<script src="app.js"></script>`;

/** Runs in the page, once all of its resources have loaded. */
const SCRIPT = `addEventListener('load', async () => {
  const image = document.querySelector('img');
  const response = await fetch('post', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'caf\\u00e9' }),
  });
  const events = await new Promise((resolve) => {
    const source = new EventSource('events');
    const heard = [];
    source.onmessage = ({ data }) => {
      heard.push(data);
      if (heard.length < 3) return;
      source.close();
      resolve(heard);
    };
  });
  const report = {
    color: getComputedStyle(document.body).color,
    image: [image.naturalWidth, image.naturalHeight],
    frame: document.querySelector('iframe').contentDocument.body.textContent,
    cookie: document.cookie,
    posted: await response.json(),
    events,
  };
  await fetch('report', { method: 'POST', body: JSON.stringify(report) });
});`;

/** An image of 3 by 2 pixels. */
const IMAGE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP438AAQQxwFgBf0gj7joAKVQAAAABJRU5ErkJggg==',
  'base64',
);

const ENCODE = {
  identity: (bytes: Buffer) => bytes,
  gzip: gzipSync,
  br: brotliCompressSync,
};

/** Resources by path. */
const FILES: Readonly<Record<string, (response: ServerResponse, request: Seen) => void>> = {
  start(response) {
    response.setHeader('set-cookie', ['first=1', 'second=two words; HttpOnly']);
    response.writeHead(302, { location: 'page.html' }).end();
  },
  'page.html': send('text/html; charset=utf-8', PAGE, 'gzip'),
  'frame.html': send('text/html', '<!doctype html><body>a frame</body>'),
  'style.css': send('text/css', 'body { color: rgb(1, 2, 3) }', 'gzip'),
  'app.js': send('text/javascript', SCRIPT, 'br'),
  'image.png': send('image/png', IMAGE),
  post(response, { headers, body }) {
    const seen = { cookie: headers.cookie, type: headers['content-type'], body: `${body}` };
    send('application/json', JSON.stringify(seen))(response);
  },
  events(response) {
    response.setHeader('content-type', 'text/event-stream');
    response.end('data: one\n\ndata: two\n\ndata: three\n\n');
  },
  report: (response) => response.writeHead(204).end(),
};

/** Serves a page that uses common resources. The first path segment is the id of a route. */
export const site: Respond = (request, response) => {
  const file = FILES[request.url.split('/')[2]!];
  if (file === undefined) response.writeHead(404).end();
  else file(response, request);
};

function send(
  type: string,
  content: string | Buffer,
  coding: keyof typeof ENCODE = 'identity',
): (response: ServerResponse) => void {
  return (response) => {
    if (coding !== 'identity') response.setHeader('content-encoding', coding);
    response.setHeader('content-type', type);
    response.end(ENCODE[coding](Buffer.from(content)));
  };
}
