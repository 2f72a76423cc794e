import { AppError } from '../../src/domain/errors';
import { createTextGenerator } from '../../src/generation/liquid';
import { renderInput } from './render-input';

const generator = createTextGenerator();

function failureOf(act: () => unknown): AppError {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('render', () => {
  it.each([
    ['{{ contact.name }}', 'Ada Lovelace'],
    ['{{ contact.firstName }}', 'Ada'],
    ['{{ contact.attributes.plan }} in {{ contact.attributes.home.city }}', 'pro in London'],
    ['{{ variables.product }}', 'boiler service'],
    ['{{ product }}', 'boiler service'],
    ['{{ organization.name }}', 'Warm Homes'],
    ['{{ step.number }} of {{ step.of }}', '1 of 3'],
    ['{{ product | upcase }}', 'BOILER SERVICE'],
    ['[{{ nobody }}{{ nobody.knows }}{{ contact.phone }}]', '[]'],
    ['{{ nobody | default: "friend" }}', 'friend'],
    ['<b>{{ "Q&A" }}</b>', '<b>Q&A</b>'],
    ['\n\n  padded \n', 'padded'],
    ['[{{ contact }}{{ contact.attributes }}]', '[]'],
    ['{{ "0" | date: "%Y-%m-%d %H:%M" }}', '1970-01-01 00:00'],
    ['{% raw %}{{ product }}{% endraw %}', '{{ product }}'],
  ])('turns %j into %j', (body, text) => {
    expect(generator.render(renderInput(body)).body).toBe(text);
  });

  it('leaves a list readable and its objects out', () => {
    const variables = { colours: ['red', 'green', { r: 1 }, null] };
    const { body } = generator.render(renderInput('{{ colours }} {{ colours | join: ", " }}', { variables }));
    expect(body).toMatch(/^redgreen red, green, /);
  });

  it('lets no variable stand in for the contact, the organization or the step', () => {
    const variables = { contact: { name: 'Mallory' }, organization: 'Evil', step: 9, variables: 1 };
    const body =
      '{{ contact.name }}, {{ organization.name }}, {{ step.number }}, {{ variables.organization }}';
    expect(generator.render(renderInput(body, { variables })).body).toBe('Ada Lovelace, Warm Homes, 1, Evil');
  });

  it('has no subject when the template has none, or nothing is left of it', () => {
    expect(generator.render(renderInput('x')).subject).toBeNull();
    expect(generator.render(renderInput('x', { subject: ' {{ nobody }} ' })).subject).toBeNull();
  });

  it('keeps a subject on one line, whatever a variable holds', () => {
    const variables = { product: 'boiler\r\nBcc: all@example.com\u0000\u2028!' };
    const { subject } = generator.render(renderInput('x', { subject: 'About {{ product }}', variables }));
    expect(subject).toBe('About boiler Bcc: all@example.com !');
  });

  it('cuts a subject at 200 characters, between characters', () => {
    const variables = { product: '👍'.repeat(150) };
    const subject =
      generator.render(renderInput('x', { subject: '!{{ product }}', variables })).subject ?? '';
    expect(subject.length).toBeLessThanOrEqual(200);
    expect(subject).toMatch(/^!(👍)+…$/u);
  });

  it('leaves no NUL and no half character for the database to refuse', () => {
    const variables = { product: 'a\u0000b\ud83d' };
    expect(generator.render(renderInput('{{ product }}.', { variables })).body).toBe('ab\ufffd.');
  });

  it('takes a body of 10,000 characters and refuses one more', () => {
    expect(generator.render(renderInput('x'.repeat(10_000))).body).toHaveLength(10_000);
    const failure = failureOf(() => generator.render(renderInput('x'.repeat(10_001))));
    expect(failure.code).toBe('invalid_template');
    expect(failure.errors).toEqual([{ path: 'body', message: 'longer than 10000 characters once rendered' }]);
  });

  it.each([[''], ['  \n'], ['{{ nobody }}'], ['{% if nobody %}x{% endif %}']])(
    'refuses to send an empty text: %j',
    (body) => {
      const failure = failureOf(() => generator.render(renderInput(body)));
      expect([failure.code, failure.errors]).toEqual([
        'invalid_template',
        [{ path: 'body', message: 'empty once rendered' }],
      ]);
    },
  );
});

describe('renderStrict', () => {
  it.each([
    ['{{ nobody }}', 'nobody'],
    ['{{ variables.nobody }}', 'variables.nobody'],
    ['{{ contact.attributes.shoeSize }}', 'contact.attributes.shoeSize'],
    ['{{ product }}\n{{ prodct | upcase }}', 'prodct'],
    ['{% for item in basket %}{{ item }}{% endfor %}', 'basket'],
  ])('names the unknown variable of %j', (body, name) => {
    const failure = failureOf(() => generator.renderStrict(renderInput(body)));
    expect(failure.code).toBe('invalid_template');
    expect(failure.detail).toMatch(new RegExp(`^body: line \\d: undefined variable: ${name}$`));
  });

  it('names it in a subject too', () => {
    const failure = failureOf(() => generator.renderStrict(renderInput('x', { subject: '{{ nobody }}' })));
    expect(failure.errors).toEqual([{ path: 'subject', message: 'line 1: undefined variable: nobody' }]);
  });

  it.each([
    ['{{ nobody | default: "friend" }}', 'friend'],
    ['x{% if nobody %}y{% endif %}', 'x'],
    ['{% unless variables.nobody %}x{% endunless %}', 'x'],
    ['{% if product and nobody != "x" %}y{% else %}x{% endif %}', 'y'],
    ['x{{ contact.phone }}', 'x'],
    ['{% assign mine = "x" %}{{ mine }}', 'x'],
  ])('lets a template ask whether there is one: %j', (body, text) => {
    expect(generator.renderStrict(renderInput(body)).body).toBe(text);
  });

  it('leaves the same template lenient at send', () => {
    expect(generator.render(renderInput('x{{ nobody }}')).body).toBe('x');
    expect(() => generator.renderStrict(renderInput('x{{ nobody }}'))).toThrow(AppError);
    expect(generator.render(renderInput('x{{ nobody }}')).body).toBe('x');
  });
});

describe('check', () => {
  it.each([
    ['Hi {{ contact.name | split: " " | first }}, {% if product %}{{ product }}{% endif %}'],
    ['{{ nobody.knows }}'],
    ['{% liquid\n assign x = 1\n echo x\n%}'],
  ])('takes %j', (body) => {
    expect(() => generator.check({ subject: null, body })).not.toThrow();
  });

  it.each([
    ['Hi {{ contact.name', 'line 1: output "{{ contact.name" not closed'],
    ['Hi\n{% if product %}', 'line 2: tag {% if product %} not closed'],
    ['Hi\n\n{% frob %}', 'line 3: tag "frob" not found'],
    ['{{ product | shout }}', 'line 1: undefined filter: shout'],
    ['{{ product | constructor }}', 'line 1: undefined filter: constructor'],
    ['{% constructor %}', 'line 1: tag "constructor" not found'],
    ['x\n{% include "other" %}', 'line 2: tag "include" not found'],
    ['{% render "/etc/passwd" %}', 'line 1: tag "render" not found'],
    ['{% layout "../secret" %}', 'line 1: tag "layout" not found'],
    ['{% liquid\n echo 1\n include "x"\n%}', 'line 3: tag "include" not found'],
    [' \n ', 'empty'],
    ['x'.repeat(20_001), 'longer than 20000 characters'],
  ])('refuses %j with the line', (body, message) => {
    const failure = failureOf(() => generator.check({ subject: null, body }));
    expect([failure.code, failure.errors]).toEqual(['invalid_template', [{ path: 'body', message }]]);
  });

  it('says when it is the subject', () => {
    const failure = failureOf(() => generator.check({ subject: '{{ x', body: 'fine' }));
    expect(failure.errors).toEqual([{ path: 'subject', message: 'line 1: output "{{ x" not closed' }]);
    const long = failureOf(() => generator.check({ subject: 'x'.repeat(1_001), body: 'fine' }));
    expect(long.detail).toBe('subject: longer than 1000 characters');
  });
});
