/**
 * Writes an input, cut as it says: each piece in its own turn of the event loop, so that the other side gets the
 * pieces one by one.
 *
 * @param {import('node:net').Socket} socket
 * @param {import('./inputs.mjs').Form | undefined} form
 */
export function write(socket, form) {
  if (form === undefined) return void socket.destroy();
  const { bytes, cut } = form;
  if (cut >= bytes.length) return void socket.write(bytes);
  let at = 0;
  const next = () => {
    if (socket.destroyed || at >= bytes.length) return;
    const more = socket.write(bytes.subarray(at, at + cut));
    at += cut;
    if (more) setImmediate(next);
    else socket.once('drain', next);
  };
  next();
}
