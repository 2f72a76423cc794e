import { domainToASCII } from 'node:url';
import type { SendMailOptions } from 'nodemailer';
import addressparser from 'nodemailer/lib/addressparser';
import { SHIPPED_LOCALES, type ShippedLocale } from '../domain/locales';
import type { EmailSettings, OutgoingNudge } from '../services/ports';

const MAX_SUBJECT = 200;
const MAX_ADDRESS = 254;
const ADDRESS = /^[^\s<>()[\]\\,;:@"]+@[^\s<>()[\]\\,;:@"]+$/;

const UNSUBSCRIBE: Record<ShippedLocale, string> = {
  en: 'Unsubscribe from these e-mails',
  de: 'Diese E-Mails abbestellen',
  fr: 'Se désabonner de ces e-mails',
  es: 'Cancelar la suscripción a estos correos',
  it: 'Annulla l’iscrizione a queste e-mail',
  pt: 'Cancelar a subscrição destes e-mails',
};

export interface ComposedEmail {
  mail: SendMailOptions & { messageId: string };
}

/**
 * A nudge as an e-mail: text and HTML, one-click unsubscribe (RFC 8058) in headers and footer, Message-ID made of the
 * delivery id. Every value from outside is held to one line or escaped. `problem`: it cannot be sent to this address.
 */
export function composeEmail(
  settings: EmailSettings,
  nudge: OutgoingNudge,
  unsubscribeUrl: string,
): ComposedEmail | { problem: string } {
  const from = readAddress(settings.from);
  if (!from) return { problem: 'the sender is no e-mail address' };
  const replyTo = settings.replyTo === null ? undefined : readAddress(settings.replyTo);
  if (replyTo === null) return { problem: 'the address for answers is no e-mail address' };
  const { email, name, locale } = nudge.to;
  if (email === null) return { problem: 'the contact has no e-mail address' };
  if (!isAddress(email)) return { problem: 'the contact has no valid e-mail address' };

  const message = printable(nudge.message).trim();
  const footer = { words: UNSUBSCRIBE[languageOf(locale)], url: unsubscribeUrl };
  const mail = {
    messageId: `<${nudge.deliveryId}@${domainOf(from.address)}>`,
    from,
    to: { name: oneLine(name ?? ''), address: email },
    ...(replyTo && { replyTo }),
    subject: subjectOf(nudge.subject?.trim() || firstLineOf(message)),
    text: `${message}\n\n-- \n${footer.words}: ${footer.url}\n`,
    html: htmlOf(message, locale, footer),
    list: { unsubscribe: { url: unsubscribeUrl } },
    headers: {
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      // RFC 3834: an out-of-office notice to us would count as the contact's answer.
      'Auto-Submitted': 'auto-generated',
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  return { mail };
}

/** Exactly one mailbox, `a@b.example` or `Name <a@b.example>`; null otherwise. */
function readAddress(text: string): { name: string; address: string } | null {
  const [mailbox, ...others] = addressparser(oneLine(text), { flatten: true });
  if (!mailbox || others.length > 0 || !isAddress(mailbox.address)) return null;
  return { name: oneLine(mailbox.name), address: mailbox.address };
}

function isAddress(text: string): boolean {
  return text.length <= MAX_ADDRESS && ADDRESS.test(text) && domainOf(text) !== '';
}

function domainOf(address: string): string {
  return domainToASCII(address.slice(address.lastIndexOf('@') + 1));
}

function languageOf(locale: string): ShippedLocale {
  const language = locale.split('-')[0]?.toLowerCase();
  return SHIPPED_LOCALES.find((shipped) => shipped === language) ?? 'en';
}

function subjectOf(text: string): string {
  return [...oneLine(text)].slice(0, MAX_SUBJECT).join('');
}

function firstLineOf(message: string): string {
  return message.trim().split('\n')[0] ?? '';
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

/** Unix line ends, no control characters but these and tabs. */
function printable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/(?![\n\t])\p{Cc}/gu, '');
}

function htmlOf(message: string, locale: string, footer: { words: string; url: string }): string {
  const paragraphs = message
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll('\n', '<br>\n')}</p>`);
  return [
    `<!doctype html>\n<html lang="${escapeHtml(locale)}"><head><meta charset="utf-8"></head><body dir="auto">`,
    ...paragraphs,
    `<p style="color:#666;font-size:smaller"><a href="${escapeHtml(footer.url)}">${footer.words}</a></p>`,
    '</body></html>\n',
  ].join('\n');
}

const HTML_ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => HTML_ESCAPES[character] ?? '');
}
