/**
 * True for an object that stands in for a `Request` and makes the real one when it is first asked for
 * `body`, as @hono/node-server hands out. Asking begins to read from the server's stream, and so holds
 * up an app that reads that stream by itself.
 */
export function isUnopened(request: Request): boolean {
  return bodyGetterOf(request) !== bodyGetterOf(Request.prototype) && !hasMadeRequest(request);
}

function bodyGetterOf(object: object): unknown {
  for (let one: object | null = object; one !== null; one = Object.getPrototypeOf(one)) {
    const property = Object.getOwnPropertyDescriptor(one, 'body');
    if (property !== undefined) return property.get;
  }
  return undefined;
}

/** It keeps the real one, under a name that is its own business. */
function hasMadeRequest(standIn: object): boolean {
  return Reflect.ownKeys(standIn).some(
    (name) => Object.getOwnPropertyDescriptor(standIn, name)?.value instanceof Request,
  );
}
