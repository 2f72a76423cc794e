import { invalidField } from '../domain/errors';
import { isForbiddenAddress } from './forbidden-address';

const MAX_LENGTH = 2048;
const SMTP_PORTS = [25, 465, 587];
const FIRST_FREE_PORT = 1024;

/** Why a webhook must not be sent to this address, or null. A name is resolved and checked again at every call. */
export function targetUrlProblem(text: string, allowPrivateTargets: boolean): string | null {
  const url = parse(text);
  if (!url) return 'is not an absolute URL of at most 2048 characters';
  const schemes = allowPrivateTargets ? ['https:', 'http:'] : ['https:'];
  if (!schemes.includes(url.protocol)) return 'must begin with https://';
  if (url.username || url.password) return 'must not contain a user name or password';
  if (allowPrivateTargets) return null;
  if (url.port !== '' && Number(url.port) < FIRST_FREE_PORT) return `must not use port ${url.port}`;
  return privateHostProblem(url.hostname);
}

/** Throws AppError validation_failed at `url`. For the moment a channel is configured. */
export function assertTargetUrl(url: string, allowPrivateTargets: boolean): void {
  const problem = targetUrlProblem(url, allowPrivateTargets);
  if (problem) throw invalidField('url', problem);
}

export interface SmtpAddress {
  host: string;
  port: number;
  /** TLS from the first byte; otherwise STARTTLS where the server offers it. */
  secure: boolean;
  auth: { user: string; pass: string } | null;
}

/**
 * Reads an SMTP address that an organization gave: host, port and credentials, and nothing else. A library's own reading
 * of such URLs takes options from the query (a proxy, certificates ignored) that are not the organization's to set.
 */
export function readSmtpUrl(text: string, allowPrivateTargets: boolean): SmtpAddress | { problem: string } {
  const url = parse(text);
  const scheme = url?.protocol;
  if (!url || (scheme !== 'smtp:' && scheme !== 'smtps:')) {
    return { problem: 'must be smtp://user:password@host:port or smtps://…' };
  }
  if (url.search || url.hash || !['', '/'].includes(url.pathname)) {
    return { problem: 'must end after host and port' };
  }
  const host = canonicalHost(url.hostname);
  if (!host) return { problem: 'has no valid host' };
  const secure = scheme === 'smtps:';
  const port = url.port === '' ? (secure ? 465 : 587) : Number(url.port);
  if (!allowPrivateTargets) {
    if (!SMTP_PORTS.includes(port) && port < FIRST_FREE_PORT) return { problem: `must not use port ${port}` };
    const problem = privateHostProblem(host);
    if (problem) return { problem };
  }
  const auth = readCredentials(url);
  return auth === 'malformed' ? { problem: 'has malformed credentials' } : { host, port, secure, auth };
}

/** Throws AppError validation_failed at `smtpUrl`. */
export function assertSmtpUrl(url: string, allowPrivateTargets: boolean): void {
  const read = readSmtpUrl(url, allowPrivateTargets);
  if ('problem' in read) throw invalidField('smtpUrl', read.problem);
}

/** URL drops tabs, newlines and outer spaces silently: what was checked would not be what was written. */
function parse(text: string): URL | null {
  // eslint-disable-next-line no-control-regex
  if (text.length > MAX_LENGTH || /[\s\u0000-\u001f\u007f]/.test(text)) return null;
  return URL.canParse(text) ? new URL(text) : null;
}

/** URL writes 0x7f.1, octal and decimal hosts as dotted IPv4, but for web schemes only. Without brackets. */
function canonicalHost(hostname: string): string | null {
  const asWeb = `http://${hostname}/`;
  if (!hostname || !URL.canParse(asWeb)) return null;
  return bare(new URL(asWeb).hostname);
}

function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function privateHostProblem(hostname: string): string | null {
  const host = bare(hostname).replace(/\.$/, '').toLowerCase();
  const isLiteral = host.includes(':') || /^[\d.]+$/.test(host);
  const isPrivate = isLiteral
    ? isForbiddenAddress(host)
    : host === 'localhost' || host.endsWith('.localhost');
  return isPrivate ? 'must lead to a public address' : null;
}

function readCredentials(url: URL): SmtpAddress['auth'] | 'malformed' {
  try {
    const [user, pass] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    return user || pass ? { user, pass } : null;
  } catch {
    return 'malformed';
  }
}
