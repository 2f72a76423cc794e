import ipaddr from 'ipaddr.js';

/** Everything that is global unicast today (RFC 4291, IANA): NAT64, IPv4-compatible and future space lie outside. */
const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR('2000::/3');
/** Publicly numbered, yet answers only inside a cloud's own network: Azure's metadata and wire server. */
const METADATA = new Set(['168.63.129.16']);

/**
 * True for every address that is not on the public Internet: private, loopback, link-local, CGNAT, multicast, reserved,
 * metadata, and IPv6 forms that carry an IPv4 address. What is no address at all is forbidden too.
 */
export function isForbiddenAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return true;
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.range() !== 'unicast' || METADATA.has(parsed.toString());
  return parsed.range() !== 'unicast' || !parsed.match(GLOBAL_UNICAST_V6);
}
