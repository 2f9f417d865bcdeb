const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Under what anonymous requests are counted: an IPv4 address, or the /64 of an IPv6 one, which one client can have whole. */
export function addressGroup(address: string): string {
  const ipv4 = MAPPED.exec(address)?.[1];
  if (ipv4 !== undefined) return ipv4;
  if (!address.includes(':')) return address;
  const [front = [], tail] = (address.split('%')[0] ?? '').split('::').map(groupsOf);
  const gap = tail === undefined ? 0 : 8 - front.length - tail.length;
  const groups = [...front, ...Array<string>(Math.max(gap, 0)).fill('0'), ...(tail ?? [])];
  return `${groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

function groupsOf(text: string): readonly string[] {
  return text.split(':').filter((group) => group !== '');
}
