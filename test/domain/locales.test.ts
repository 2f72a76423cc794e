import fc from 'fast-check';
import { canonicalLocale, isLocale, localeFallback, SHIPPED_LOCALES } from '../../src/domain/locales';

describe('localeFallback', () => {
  it.each([
    ['de-AT', 'fr-CH', ['de-AT', 'de', 'fr-CH', 'fr', 'en']],
    ['de', 'fr', ['de', 'fr', 'en']],
    [null, 'pt-BR', ['pt-BR', 'pt', 'en']],
    ['en-GB', 'en-US', ['en-GB', 'en', 'en-US']],
    ['it', 'it', ['it', 'en']],
    ['zh-Hant-TW', 'en', ['zh-Hant-TW', 'zh-Hant', 'zh', 'en']],
    ['DE-at', 'EN', ['de-AT', 'de', 'en']],
    ['de-AT-u-co-phonebk', 'en', ['de-AT', 'de', 'en']],
    ['not a locale', 'es', ['es', 'en']],
    ['', '', ['en']],
  ])('looks for %s in an organization of %s in the documented order', (contact, organization, order) => {
    expect(localeFallback(contact, organization)).toEqual(order);
  });

  it('ends with English, has nothing twice, and begins with the contact', () => {
    const locales = fc.constantFrom('de-AT', 'de', 'en', 'en-GB', 'fr-CA', 'pt-BR', 'zh-Hant', 'sr-Latn-RS');
    fc.assert(
      fc.property(locales, locales, (contact, organization) => {
        const order = localeFallback(contact, organization);
        expect(order[0]).toBe(contact);
        expect(order).toContain('en');
        expect(order).toContain(organization);
        expect(new Set(order).size).toBe(order.length);
      }),
    );
  });
});

describe('isLocale', () => {
  it.each([...SHIPPED_LOCALES, 'en-GB', 'pt-BR', 'zh-Hant-TW', 'es-419', 'DE-at', 'yue'])(
    'takes %s',
    (tag) => {
      expect(isLocale(tag)).toBe(true);
    },
  );

  it.each(['', 'english', 'de_AT', 'd', '*', 'en-', 'en--GB', '-en', 'de AT', 'x-private', 'en\u0000', 'ёё'])(
    'refuses %j',
    (tag) => {
      expect(isLocale(tag)).toBe(false);
    },
  );

  it('refuses a tag of absurd length', () => {
    expect(isLocale(`en${'-abcde'.repeat(50)}`)).toBe(false);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (tag) => typeof isLocale(tag) === 'boolean'));
  });
});

describe('canonicalLocale', () => {
  it.each([
    ['DE-at', 'de-AT'],
    ['zh-hant-tw', 'zh-Hant-TW'],
    ['iw', 'he'],
    ['en-US-u-hc-h12', 'en-US'],
    ['nonsense!', null],
  ])('writes %s as %s', (tag, canonical) => {
    expect(canonicalLocale(tag)).toBe(canonical);
  });
});
