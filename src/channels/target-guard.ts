import type { LookupAddress } from 'node:dns';
import { lookup as resolveName } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { isForbiddenAddress } from './forbidden-address';

/** All addresses of a name. Rejects when the name has none. */
export type Resolver = (hostname: string) => Promise<LookupAddress[]>;

export interface TargetGuardOptions {
  /** True: any address may be called. */
  allowPrivateTargets: boolean;
  /** Defaults to the system's resolver. */
  resolver?: Resolver;
  /** Which addresses are refused; defaults to all that are not on the public Internet. */
  isForbidden?: (address: string) => boolean;
}

/** The target was not connected to, because it is or resolves to an address that must not be called. */
export class BlockedTargetError extends Error {
  constructor(reason = 'the target is not a public address') {
    super(reason);
    this.name = 'BlockedTargetError';
  }
}

export interface TargetGuard {
  /** For net.connect: it connects to what was checked, so an answer that changes in between changes nothing. */
  lookup: LookupFunction;
  /** Throws BlockedTargetError for a forbidden IP literal, for which connect would not ask `lookup`. */
  checkLiteral(host: string): void;
}

export function createTargetGuard(options: TargetGuardOptions): TargetGuard {
  const resolver = options.resolver ?? resolveByDns;
  const isForbidden = options.isForbidden ?? isForbiddenAddress;
  const refuses = (address: string) => !options.allowPrivateTargets && isForbidden(address);

  /** One forbidden address among several is enough: which of them is connected to is not ours to choose. */
  async function resolveChecked(hostname: string): Promise<LookupAddress[]> {
    const addresses = await resolver(hostname);
    if (addresses.some(({ address }) => refuses(address))) throw new BlockedTargetError();
    return addresses;
  }

  return {
    lookup(hostname, { all }, callback) {
      resolveChecked(hostname).then(
        (addresses) => {
          const [first] = addresses;
          if (!first) callback(new Error(`${hostname} has no address`), '');
          else if (all) callback(null, addresses);
          else callback(null, first.address, first.family);
        },
        (error: Error) => callback(error, ''),
      );
    },
    checkLiteral(host) {
      const bare = host.replace(/^\[(.*)\]$/, '$1');
      if (isIP(bare) !== 0 && refuses(bare)) throw new BlockedTargetError();
    },
  };
}

function resolveByDns(hostname: string): Promise<LookupAddress[]> {
  return resolveName(hostname, { all: true });
}
