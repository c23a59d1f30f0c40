import { MORPH } from './morph.ts';

/**
 * The page's script. Views are made by the server; this sends the key, shows what comes, and asks again. It is a text,
 * because what runs the gateway does not run it: no file has to be found on four runtimes, and no bundler rewrites it.
 */
export const SCRIPT: string = /* js */ `
${MORPH}
const KEY = 'proxy-mirror: key';
const SILENT = 'The gateway does not respond.';
/** Longest time for a view. */
const VIEW_MS = 10_000;
const main = document.querySelector('main');
const status = document.querySelector('#status');
const dialog = document.querySelector('dialog');
const keyForm = document.querySelector('template#key');
let timer = 0;
/** The view that the page shows. */
let shown = '';
/** What of the address was asked for. */
let search = '';
let asked = new AbortController();
/** When the view came, as a text that is not broken within the date; empty before the first. */
let cameAt = '';
/** Whether what is shown is old: the page says why the view did not come when it was asked for last. */
let isOld = false;

class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Sends a request with the key, if there is one. Rejects with what the response says if it is an error. */
async function ask(path, init = {}) {
  const key = sessionStorage.getItem(KEY);
  const headers = key === null ? {} : { 'X-API-KEY': key };
  const response = await fetch(path, { ...init, headers });
  if (response.ok) return response;
  const text = await response.text();
  throw new Refused(response.status, reasonIn(text) ?? 'the gateway responded with ' + response.status);
}

function reasonIn(text) {
  try {
    const { error_msg, description, message } = JSON.parse(text);
    return description ?? error_msg ?? message;
  } catch {
    return undefined;
  }
}

/** Tells the gateway by which origin it is known here. */
function withOrigin(path) {
  const address = new URL(path, location.href);
  address.searchParams.set('origin', location.origin);
  return address.pathname + address.search;
}

/**
 * Says something to all, screen readers included, once.
 *
 * @param why it is why what is shown is old, which looks so from then on
 */
function say(text, why = false) {
  if (status.textContent !== text) status.textContent = text;
  document.body.classList.toggle('old', (isOld = why));
}

/** Awaits no view any more, and asks for none. */
function leave() {
  clearTimeout(timer);
  asked.abort();
}

/**
 * Fills the page with the view of its address. With a form, that is sent too.
 *
 * @param fill how: morph, unless it is another view
 */
async function load(form, fill = morph) {
  leave();
  search = location.search;
  if ('needsKey' in document.documentElement.dataset && sessionStorage.getItem(KEY) === null) return askForKey();
  const mine = (asked = new AbortController());
  const init = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(new FormData(form)) };
  try {
    const signal = AbortSignal.any([mine.signal, AbortSignal.timeout(VIEW_MS)]);
    const response = await ask(withOrigin('/apisix/ui/view' + search), { ...init, signal });
    const html = await response.text();
    if (mine.signal.aborted) return;
    show(html, fill);
    cameAt = new Date().toISOString().slice(0, 19).replaceAll('-', '\\u2011').replace('T', ' ') + ' UTC';
    if (isOld) say('');
    // Who has sent a form wants to read what it led to.
    if (form !== undefined) main.querySelector('[aria-invalid], [data-result]')?.focus();
  } catch (error) {
    if (mine.signal.aborted) return;
    failed(error, true);
  }
  again(mine);
}

function show(html, fill) {
  const next = document.createElement('template');
  next.innerHTML = html;
  const hadFocus = main.contains(document.activeElement);
  fill(main, next.content);
  if (hadFocus) keepFocus();
  const { title } = main.firstElementChild.dataset;
  document.title = title + ' - proxy-mirror';
  shown = viewOfAddress();
  for (const link of document.querySelectorAll('nav a')) {
    if (link.dataset.view === shown) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

function viewOfAddress() {
  return new URLSearchParams(location.search).get('view') ?? document.querySelector('nav a').dataset.view;
}

/** @param isView whether it was the view that was asked for */
function failed(error, isView = false) {
  if (error.status === 401) return askForKey("That is not this gateway's key.");
  if (error instanceof Refused) return say(error.message, isView);
  if (!isView || cameAt === '') return say(SILENT, isView);
  const seconds = every() / 1000;
  const trying = seconds === 0 ? '' : ' Trying again every ' + (seconds === 1 ? 'second.' : seconds + ' seconds.');
  say('The gateway has not responded since ' + cameAt + '. What you see is from then.' + trying, true);
}

/** @param why the last key was refused */
function askForKey(why = '') {
  leave();
  dialog.close();
  sessionStorage.removeItem(KEY);
  if (main.querySelector('[data-key]') === null) main.replaceChildren(keyForm.content.cloneNode(true));
  say('');
  main.querySelector('.refusal').textContent = why;
  const input = main.querySelector('input');
  input.focus();
  input.select();
}

/** Milliseconds after which the view wants to be asked for again; 0: it does not. */
function every() {
  return Number(main.firstElementChild?.dataset.every ?? 0);
}

/** Asks again after the time that the view wants, while the page is seen. */
function again(mine) {
  if (every() > 0 && !document.hidden)
    timer = setTimeout(() => mine.signal.aborted || load(), every());
}

/** Nothing of another view stays. Of the same one focus and scrolling do, and forms show what the address says. */
function replace(from, to) {
  if (viewOfAddress() !== shown) {
    from.replaceChildren(to);
    return from.focus();
  }
  morph(from, to);
  for (const form of from.querySelectorAll('form')) form.reset();
}

/** Whoever uses the keyboard does not begin anew at the top because what had the focus is gone. */
function keepFocus() {
  if (document.activeElement === document.body) main.focus();
}

function go(address) {
  history.pushState(null, '', address);
  say('');
  load(undefined, replace);
}

/** What the dialog asks, and where that came from. */
const question = { address: '', html: '' };

async function confirm(path) {
  const address = (question.address = withOrigin(path));
  try {
    const html = await latest(address);
    // Something else was clicked meanwhile, or the same twice.
    if (question.address !== address || dialog.open) return;
    question.html = dialog.innerHTML = html;
    dialog.showModal();
  } catch (error) {
    failed(error);
  }
}

/** A question as the gateway asks it now. */
async function latest(address) {
  return (await ask(address)).text();
}

/** Sends a change as it was confirmed, and not if the gateway would ask something else by now. */
async function send(form) {
  const { method, path, body, done } = form.dataset;
  const { address, html: confirmed } = question;
  const isAsked = () => dialog.open && form.isConnected;
  const buttons = dialog.querySelectorAll('button');
  for (const button of buttons) button.disabled = true;
  try {
    const html = await latest(address);
    // Whoever leaves the question before the change is sent does not want it.
    if (!isAsked()) return;
    if (html !== confirmed) {
      question.html = dialog.innerHTML = html;
      load();
      return refuse('The routes have changed meanwhile. This is what would be done now.');
    }
    await ask(path, { method, body });
    if (isAsked()) dialog.close();
    say(done);
    load();
  } catch (error) {
    for (const button of buttons) button.disabled = false;
    const why = error instanceof Refused ? refusal(error.message) : SILENT + ' Nothing is known to have changed.';
    if (isAsked()) refuse(why);
    else say(why);
  }
}

/** Says first why, and then where: names of files may be long. */
function refusal(message) {
  const [, place, reason] = /^(\\S+): (.+)$/s.exec(message) ?? [];
  return 'Nothing was changed: ' + (place === undefined ? message : reason + ' (' + place + ')');
}

/** Says why nothing was done, where it is seen. The button that was pressed has lost the focus. */
function refuse(text) {
  const place = dialog.querySelector('.refusal');
  if (place !== null) place.textContent = text;
  dialog.querySelector('[data-close]').focus();
  place?.scrollIntoView({ block: 'nearest' });
}

async function save(link) {
  try {
    const response = await ask(link.href);
    const copy = document.createElement('a');
    copy.href = URL.createObjectURL(await response.blob());
    copy.download = /"(.+)"/.exec(response.headers.get('content-disposition'))[1];
    copy.click();
    setTimeout(() => URL.revokeObjectURL(copy.href), 60_000);
  } catch (error) {
    failed(error);
  }
}

/** What a click on a link of one kind does. */
const ON_LINK = [
  ['a[data-view]', (link) => go(link.href)],
  ['a[data-confirm]', (link) => confirm(link.href)],
  ['a[download]', save],
  ['[data-close]', () => dialog.close()],
  ['[data-dismiss]', () => (say(''), main.focus())],
];

/** What a form of one kind does. */
const ON_FORM = [
  ['[data-key]', (form) => (sessionStorage.setItem(KEY, form.elements.key.value), load())],
  ['[data-send]', send],
  ['[data-confirm]', (form) => confirm('/apisix/ui/confirm?' + new URLSearchParams(new FormData(form)))],
  ['[method=post]', (form) => load(form)],
  ['form', (form) => go('/apisix/ui?' + new URLSearchParams(new FormData(form)))],
];

document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  for (const [selector, act] of ON_LINK) {
    const link = event.target.closest(selector);
    if (link === null) continue;
    event.preventDefault();
    return act(link);
  }
});

document.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target;
  ON_FORM.find(([selector]) => form.matches(selector))[1](form);
});

document.addEventListener('change', ({ target }) => {
  if (target.matches('[data-submit]')) target.form.requestSubmit();
});

dialog.addEventListener('close', keepFocus);
// What does not change by itself is not asked for again: a frozen view stays, and so does what a form led to.
document.addEventListener('visibilitychange', () => document.hidden || (every() === 0 && cameAt !== '') || load());
// Also a link within the page comes here, and must not undo what a form led to.
addEventListener('popstate', () => location.search === search || load(undefined, replace));
load();
`;
