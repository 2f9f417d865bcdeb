import { BlockList, isIP } from 'node:net';

/**
 * True if one of the entries covers the host of the URL. An entry is `*`, a domain (with its subdomains; a leading `.` or
 * `*.` changes nothing), an IP address or a CIDR block, and may end in `:port`. Names are not resolved: an address covers
 * only endpoints that are written as addresses.
 */
export function isException({ protocol, hostname, port }: URL, entries: readonly string[]): boolean {
  const host = hostname.replace(/^\[|\]$|\.$/g, '');
  const usualPort = protocol === 'https:' ? '443' : '80';
  return entries.some((entry) => {
    const pattern = splitPort(entry.toLowerCase());
    return [null, port || usualPort].includes(pattern.port) && covers(pattern.host, host);
  });
}

/** An IPv6 address is followed by a port only where it is in brackets. */
function splitPort(entry: string): { readonly host: string; readonly port: string | null } {
  const [, bracketed, name, port = null] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? [];
  return { host: bracketed ?? name ?? entry, port };
}

function covers(pattern: string, host: string): boolean {
  if (pattern === '*') return true;
  if (isIP(host) !== 0) return coversAddress(pattern, host);
  const domain = pattern.replace(/^\*?\./, '').replace(/\.$/, '');
  return host === domain || host.endsWith(`.${domain}`);
}

function coversAddress(pattern: string, address: string): boolean {
  const [network = '', bits] = pattern.split('/');
  const family = familyOf(network);
  if (family === null) return false;
  const longest = family === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? longest : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > longest) return false;
  const block = new BlockList();
  block.addSubnet(network, prefix, family);
  return block.check(address, familyOf(address) ?? family);
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const version = isIP(address);
  if (version === 0) return null;
  return version === 4 ? 'ipv4' : 'ipv6';
}
