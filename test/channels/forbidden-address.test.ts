import fc from 'fast-check';
import { isForbiddenAddress } from '../../src/channels/forbidden-address';

const forbidden = [
  ['unspecified', '0.0.0.0'],
  ['this network', '0.1.2.3'],
  ['loopback', '127.0.0.1'],
  ['loopback, far end', '127.255.255.254'],
  ['private 10/8', '10.0.0.1'],
  ['private 172.16/12', '172.31.255.255'],
  ['private 192.168/16', '192.168.1.1'],
  ['CGNAT', '100.64.0.1'],
  ['CGNAT metadata of Alibaba', '100.100.100.200'],
  ['link-local metadata', '169.254.169.254'],
  ['IETF protocol assignments, metadata of Oracle', '192.0.0.192'],
  ['metadata of Azure', '168.63.129.16'],
  ['documentation', '192.0.2.1'],
  ['6to4 relay', '192.88.99.1'],
  ['benchmarking', '198.18.0.1'],
  ['multicast', '224.0.0.1'],
  ['future', '240.0.0.1'],
  ['broadcast', '255.255.255.255'],
  ['hexadecimal loopback', '0x7f.1'],
  ['decimal loopback', '2130706433'],
  ['octal loopback', '0177.0.0.1'],
  ['unspecified IPv6', '::'],
  ['loopback IPv6', '::1'],
  ['loopback IPv6 in full', '0:0:0:0:0:0:0:1'],
  ['IPv4-mapped metadata', '::ffff:169.254.169.254'],
  ['IPv4-mapped metadata in hex', '::ffff:a9fe:a9fe'],
  ['IPv4-mapped public', '::ffff:8.8.8.8'],
  ['IPv4-compatible', '::7f00:1'],
  ['IPv4-translated', '::ffff:0:7f00:1'],
  ['NAT64', '64:ff9b::a9fe:a9fe'],
  ['NAT64 of a local prefix', '64:ff9b:1::a00:1'],
  ['6to4', '2002:a9fe:a9fe::1'],
  ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  ['unique local', 'fd00:ec2::254'],
  ['link-local IPv6', 'fe80::1'],
  ['link-local IPv6 with a zone', 'fe80::1%eth0'],
  ['site-local', 'fec0::1'],
  ['multicast IPv6', 'ff02::1'],
  ['documentation IPv6', '2001:db8::1'],
  ['documentation IPv6, new', '3fff::1'],
  ['discard', '100::1'],
  ['segment routing', '5f00::1'],
  ['no address', 'example.com'],
  ['nothing', ''],
] as const;

test.each(forbidden)('%s (%s) is forbidden', (_, address) => {
  expect(isForbiddenAddress(address)).toBe(true);
});

test.each([
  '8.8.8.8',
  '1.1.1.1',
  '172.32.0.1',
  '100.63.255.255',
  '169.253.0.1',
  '2606:4700::1111',
  '2a00:1450::8a',
])('%s is on the public Internet', (address) => {
  expect(isForbiddenAddress(address)).toBe(false);
});

test('any IPv4 address carried inside an IPv6 one is forbidden: mapped, NAT64, 6to4', () => {
  const octet = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(fc.tuple(octet, octet, octet, octet), (octets) => {
      const hex = octets.map((value) => value.toString(16).padStart(2, '0'));
      const [high, low] = [`${hex[0]}${hex[1]}`, `${hex[2]}${hex[3]}`];
      const carriers = [`::ffff:${octets.join('.')}`, `64:ff9b::${high}:${low}`, `2002:${high}:${low}::1`];
      return carriers.every(isForbiddenAddress);
    }),
  );
});
