/**
 * Id of this gateway, the value of the loop mark. Made when it is first asked for: Workers have no
 * random numbers before a request is served.
 */
export function instanceId(): () => string {
  let id: string | undefined;
  return () => (id ??= crypto.randomUUID());
}
