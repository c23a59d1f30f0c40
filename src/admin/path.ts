/**
 * The decoded segments after `/admin/` of a request's URL; a slash at the end adds none.
 *
 * Split before decoding, so that `%2F` stays inside its segment. What cannot be decoded is left as
 * it is: its `%` fits no id.
 *
 * @example segmentsOf('http://a/apisix/admin/routes/1/labels/a%2Fb') // ['routes', '1', 'labels', 'a/b']
 */
export function segmentsOf(url: string): string[] {
  const { pathname } = new URL(url, 'http://localhost');
  const start = pathname.indexOf('/admin/');
  if (start === -1) return [];
  const segments = pathname.slice(start + '/admin/'.length).split('/');
  while (segments.at(-1) === '') segments.pop();
  return segments.map(decode);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
