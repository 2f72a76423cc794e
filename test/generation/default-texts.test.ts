import { DEFAULT_LADDER, DEFAULT_TEXTS } from '../../src/domain/default-texts';
import { SHIPPED_LOCALES } from '../../src/domain/locales';
import { createTextGenerator } from '../../src/generation/liquid';
import { renderInput } from './render-input';

const generator = createTextGenerator();
const ALL = SHIPPED_LOCALES.flatMap((locale) =>
  Object.entries(DEFAULT_TEXTS[locale]).map(([name, template]) => ({ locale, name, template })),
);

describe('the default templates', () => {
  it('are three in each of the six locales, and those that the default ladder names', () => {
    const names = DEFAULT_LADDER.steps.map((step) => step.template);
    expect(SHIPPED_LOCALES.map((locale) => Object.keys(DEFAULT_TEXTS[locale]))).toEqual(Array(6).fill(names));
    expect(new Set(ALL.map(({ template }) => template.body)).size).toBe(18);
  });

  describe.each(ALL)('$locale $name', ({ template }) => {
    const contact = renderInput('').contact;

    it('names the contact, the product and who writes', () => {
      const { subject, body } = generator.renderStrict(
        renderInput(template.body, { subject: template.subject }),
      );
      expect(body).toMatch(/^\S+ ?,? Ada[,:!]\n\n/);
      expect(body).toContain('boiler service');
      expect(body).toMatch(/\nWarm Homes$/);
      expect((subject ?? '').length).toBeGreaterThan(5);
      expect((subject ?? '').length).toBeLessThan(60);
    });

    it('reads as well when neither name nor product is known', () => {
      const unknown = { contact: { ...contact, name: null }, variables: {}, subject: template.subject };
      const { subject, body } = generator.renderStrict(renderInput(template.body, unknown));
      expect(body).toMatch(/^\p{L}+[,:!]\n\n/u);
      for (const text of [subject ?? '', body]) {
        expect(text).not.toMatch(/ {2}| [.,](?!\p{L})|\{|\}|null|undefined/u);
      }
    });

    it('is short enough for a phone', () => {
      const { body } = generator.render(renderInput(template.body));
      expect(body.length).toBeLessThan(420);
      expect(body.split('\n\n')).toHaveLength(3);
    });
  });
});

describe('the cost of a nudge', () => {
  it('is below 0.2 ms for a default template that was parsed before', () => {
    const input = renderInput(DEFAULT_TEXTS.en['followup-3h'].body, {
      subject: DEFAULT_TEXTS.en['followup-3h'].subject,
    });
    const costsMs = Array.from({ length: 1_000 }, () => {
      const beganAtMs = performance.now();
      generator.render(input);
      return performance.now() - beganAtMs;
    });
    expect(costsMs.sort((a, b) => a - b)[500]).toBeLessThan(0.2);
  });
});
