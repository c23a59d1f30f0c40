/**
 * Header fields as a flat list: name, value, name, value, ... in the order and with the case they
 * arrived in. It is the one form that loses nothing (repeated fields, order, case), and costs one
 * array.
 */
export type HeaderList = string[];

/**
 * Value of the first field called `name`, or `undefined` when there is none.
 *
 * @param name in lower case; field names are compared without regard to case (RFC 9110 section 5.1)
 * @example headerValue(['Host', 'a.example'], 'host') // 'a.example'
 */
export function headerValue(list: HeaderList, name: string): string | undefined {
  for (let i = 0; i < list.length; i += 2) {
    const candidate = list[i]!;
    if (candidate.length === name.length && candidate.toLowerCase() === name) return list[i + 1];
  }
  return undefined;
}

/** All values of the fields called `name` (in lower case), joined as RFC 9110 section 5.3 allows. */
export function joinedValue(list: HeaderList, name: string): string | undefined {
  let joined: string | undefined;
  for (let i = 0; i < list.length; i += 2) {
    const candidate = list[i]!;
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue;
    joined = joined === undefined ? list[i + 1]! : `${joined}, ${list[i + 1]!}`;
  }
  return joined;
}

/** The list without the fields called `name` (in lower case); the same list when there are none. */
export function withoutField(list: HeaderList, name: string): HeaderList {
  if (headerValue(list, name) === undefined) return list;
  const kept: HeaderList = [];
  for (let i = 0; i < list.length; i += 2)
    if (list[i]!.toLowerCase() !== name) kept.push(list[i]!, list[i + 1]!);
  return kept;
}

/** The fields as platforms take them: names in lower case, repeated ones joined. */
export function webHeaders(list: HeaderList): Headers {
  const headers = new Headers();
  for (let i = 0; i < list.length; i += 2) headers.append(list[i]!, list[i + 1]!);
  return headers;
}
