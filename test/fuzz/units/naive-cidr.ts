/** An address as one number, and its length in bits. */
interface Address {
  readonly value: bigint;
  readonly bits: 32 | 128;
}

/** Whether an address is in a block; `null`: the block is invalid. Computes with numbers of 128 bits. */
export function holds(block: string, address: string): boolean | null {
  const [text = '', prefix, ...more] = block.split('/');
  const network = text.includes('%') ? null : parsed(text);
  if (network === null || more.length > 0) return null;
  const mapped = text.includes(':') && network.bits === 32;
  const written = text.includes(':') ? 128 : 32;
  if (prefix !== undefined && (!/^(?:0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > written))
    return null;
  const length = Number(prefix ?? written) - (mapped ? 96 : 0);
  if (length < 0) return null;
  const other = parsed(address.split('%')[0]!);
  if (other === null || (address.includes('%') && !address.includes(':'))) return false;
  if (other.bits !== network.bits) return false;
  const shift = BigInt(network.bits - length);
  return other.value >> shift === network.value >> shift;
}

/** IPv4-mapped IPv6 addresses count as IPv4. */
function parsed(text: string): Address | null {
  const four = ipv4(text);
  if (four !== null) return { value: four, bits: 32 };
  if (text.length > 45) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const last = (tail ?? head!).at(-1);
  const embedded = last === undefined ? null : ipv4(last);
  if (embedded !== null)
    (tail ?? head!).splice(
      -1,
      1,
      (embedded >> 16n).toString(16),
      (embedded & 0xffffn).toString(16),
    );
  const groups = [...head!, ...(tail ?? [])];
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return null;
  const missing = 8 - groups.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const all = [...head!, ...new Array<string>(missing).fill('0'), ...(tail ?? [])];
  const value = all.reduce((sum, group) => (sum << 16n) | BigInt(Number.parseInt(group, 16)), 0n);
  return value >> 32n === 0xffffn ? { value: value & 0xffffffffn, bits: 32 } : { value, bits: 128 };
}

function ipv4(text: string): bigint | null {
  const parts = text.split('.');
  if (
    parts.length !== 4 ||
    !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
  )
    return null;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(Number(part)), 0n);
}
