/** Members that differ for each object. */
const OWN = new Set(['constructor', 'signal', 'body', 'headers']);

/**
 * Names of the members in which an object differs from a real one with the same content. The bodies of both must be
 * unread.
 *
 * @param {any} ours a `Request` or a `Response`
 * @param {any} real
 */
export async function differences(ours, real) {
  const names = namesOf(real).filter((name) => !OWN.has(name));
  const different = [];
  for (const name of names) {
    const [got, expected] = [await shown(ours, name), await shown(real, name)];
    if (got !== expected) different.push(`${name}: ${got}, not ${expected}`);
  }
  for (const name of ['signal', 'body', 'headers']) {
    const [got, expected] = [kind(ours[name]), kind(real[name])];
    if (got !== expected) different.push(`${name}: ${got}, not ${expected}`);
  }
  if (!(ours instanceof real.constructor)) different.push('instanceof');
  return different;
}

/** @param {any} real */
function namesOf(real) {
  /** @type {string[]} */
  const names = [];
  for (let one = Object.getPrototypeOf(real); one !== Object.prototype;) {
    names.push(...Object.getOwnPropertyNames(one));
    one = Object.getPrototypeOf(one);
  }
  return names;
}

/** @param {any} object @param {string} name */
async function shown(object, name) {
  const value = object[name];
  if (typeof value !== 'function') return JSON.stringify(value);
  // Each reading method needs an unread body.
  const read = name === 'clone' ? object.clone() : object.clone()[name]();
  return describe(await Promise.resolve(read).catch((error) => error));
}

/** @param {any} value @returns {Promise<string>} */
async function describe(value) {
  if (value instanceof Error) return value.name;
  if (value instanceof Blob) return `Blob ${value.type} ${await value.text()}`;
  if (value instanceof ArrayBuffer) return `ArrayBuffer ${new Uint8Array(value)}`;
  if (value instanceof Uint8Array) return `Uint8Array ${value}`;
  if (value instanceof Request || value instanceof Response)
    return `${kind(value)} of ${await value.text()}`;
  return `${kind(value)} ${JSON.stringify(value)}`;
}

/** @param {any} value */
function kind(value) {
  return value === null || value === undefined ? String(value) : value.constructor.name;
}
