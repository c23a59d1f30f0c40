/** `host [":" port]` of RFC 3986 sections 3.2.2 and 3.2.3, possibly empty, without user and path. */
export function isAuthority(text: string): boolean {
  const [, host, port = ''] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(text) ?? [];
  // Leading zeros count as well: five digits are enough for every port.
  if (host === undefined || !/^\d{0,5}$/.test(port) || Number(port) > 65_535) return false;
  const bracketed = /^\[(.*)\]$/s.exec(host)?.[1];
  return bracketed === undefined ? isName(host) : isLiteral(bracketed);
}

function isName(host: string): boolean {
  return /^(?:[\w.~!$&'()*+,;=-]|%[\da-fA-F]{2})*$/.test(host);
}

function isLiteral(text: string): boolean {
  return /^v[\da-f]+\.[\w.~!$&'()*+,;=:-]+$/i.test(text) || isIpv6(text);
}

/** Eight groups, or fewer around one `::`; an IPv4 address may replace the last two. */
function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1)!.at(-1);
  let count = groups.flat().length;
  if (last !== undefined && isIpv4(last)) {
    groups.at(-1)!.pop();
    count += 1;
  }
  if (!groups.flat().every((group) => /^[\da-f]{1,4}$/i.test(group))) return false;
  return halves.length === 1 ? count === 8 : count < 8;
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return (
    parts.length === 4 &&
    parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
  );
}
