/** The locales our own texts and opt-out words are written in. */
export const SHIPPED_LOCALES = ['en', 'de', 'fr', 'es', 'it', 'pt'] as const;
export type ShippedLocale = (typeof SHIPPED_LOCALES)[number];

const LAST_RESORT = 'en';
const MAX_TAG_LENGTH = 35;
// Intl also takes words of 5 to 8 letters for languages ("english"): no language has such a code.
const LANGUAGE_FIRST = /^[a-z]{2,3}(?:-|$)/i;

/** The tag as BCP 47 writes it, without extensions (`DE-at` → `de-AT`); null when it is no locale. */
export function canonicalLocale(tag: string): string | null {
  if (tag.length > MAX_TAG_LENGTH || !LANGUAGE_FIRST.test(tag)) return null;
  try {
    return new Intl.Locale(tag).baseName;
  } catch {
    return null;
  }
}

export function isLocale(tag: string): boolean {
  return canonicalLocale(tag) !== null;
}

/**
 * In which order to look for a template's variant: the contact's locale, its shorter forms (`de-AT`, `de`), the
 * organization's likewise, then `en`. Canonical tags, none twice. The caller ends with whatever variant exists.
 */
export function localeFallback(contactLocale: string | null, organizationLocale: string): string[] {
  const wanted = [...narrowing(contactLocale), ...narrowing(organizationLocale), LAST_RESORT];
  return [...new Set(wanted)];
}

/** `zh-Hant-TW` → itself, `zh-Hant`, `zh`. A tag stored before the rules were stricter counts as none. */
function narrowing(tag: string | null): string[] {
  const subtags = tag === null ? [] : (canonicalLocale(tag)?.split('-') ?? []);
  return subtags.map((_, dropped) => subtags.slice(0, subtags.length - dropped).join('-'));
}
