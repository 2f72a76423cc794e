import fc from 'fast-check';
import { firstName } from '../../src/domain/first-name';

describe('firstName', () => {
  it.each([
    ['Ada Lovelace', 'Ada'],
    ['  Ada   Lovelace ', 'Ada'],
    ['Ada', 'Ada'],
    ['Jean-Luc Picard', 'Jean-Luc'],
    ["D'Arcy Wentworth Thompson", "D'Arcy"],
    ['Łukasz Żak', 'Łukasz'],
    ['Zoe\u0308 Quinn', 'Zoë'],
  ])('greets %j as %j', (name, greeted) => {
    expect(firstName(name)).toBe(greeted);
  });

  it.each([
    ['a title', 'Dr. Ada Lovelace'],
    ['a title without a full stop', 'Mrs Lovelace'],
    ['a German title', 'Frau Lovelace'],
    ['a Spanish title', 'Señora Gómez'],
    ['an initial', 'J. R. R. Tolkien'],
    ['a bare initial', 'J Tolkien'],
    ['family name first', 'Lovelace, Ada'],
    ['a company', 'Lovelace Engines Ltd.'],
    ['a German company', 'Müller Sanitär GmbH'],
    ['a number', '4711 Customer'],
    ['a script with the family name first', '山田 太郎'],
    ['an e-mail address', 'ada@example.com'],
  ])('keeps the whole name for %s', (_what, name) => {
    expect(firstName(name)).toBe(name);
  });

  it.each([[null], [''], [' \t\n ']])('has nothing to say for %j', (name) => {
    expect(firstName(name)).toBeNull();
  });

  it('is one line that begins the name, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const greeted = firstName(name);
        if (greeted === null) return;
        expect(greeted).not.toMatch(/[\r\n]/);
        expect(name.normalize('NFC').split(/\s+/).filter(Boolean).join(' ').startsWith(greeted)).toBe(true);
      }),
    );
  });
});
