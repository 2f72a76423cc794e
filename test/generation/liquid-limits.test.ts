import fc from 'fast-check';
import { AppError } from '../../src/domain/errors';
import { createTextGenerator } from '../../src/generation/liquid';
import { renderInput } from './render-input';

const generator = createTextGenerator();

function detailOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_template') return error.detail;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a template that asks for too much', () => {
  const doubling =
    '{% assign a = "0123456789" %}{% for i in (1..90) %}{% assign a = a | append: a %}{% endfor %}';
  const stopped = /^body: line 1: (memory alloc|template render) limit exceeded$/;
  const unfit = /^body: line 1: cannot be parsed$/;
  it.each([
    ['an endless range', '{% for i in (1..1000000000) %}x{% endfor %}', stopped],
    ['loops within loops', `${'{% for i in (1..200) %}'.repeat(4)}x${'{% endfor %}'.repeat(4)}`, stopped],
    ['a text that doubles', `${doubling}{{ a }}`, stopped],
    ['padding by a date', '{{ "0" | date: "%1000000000Y" }}', stopped],
    [
      'a large text in a loop',
      `{% for i in (1..900) %}${'y'.repeat(10_000)}{% endfor %}`,
      /longer than 10000/,
    ],
    ['brackets nested beyond the stack', `{{ a${'[a'.repeat(6_000)}${']'.repeat(6_000)} }}`, unfit],
  ])('is stopped: %s', (_what, body, detail) => {
    const beganAtMs = performance.now();
    expect(detailOf(() => generator.render(renderInput(body)))).toMatch(detail);
    expect(performance.now() - beganAtMs).toBeLessThan(2_000);
  });

  it('harms no other', () => {
    expect(generator.render(renderInput('{{ product }}')).body).toBe('boiler service');
  });
});

describe('a machine that stands still while a template renders', () => {
  afterEach(() => jest.restoreAllMocks());

  it('costs no nudge: the template gets a second chance', () => {
    jest.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValue(1_000_000);
    expect(generator.render(renderInput('{{ product }}')).body).toBe('boiler service');
  });

  it('is not believed twice', () => {
    let nowMs = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => (nowMs += 1_000));
    const detail = detailOf(() => generator.render(renderInput('{{ product }}')));
    expect(detail).toBe('body: template render limit exceeded');
  });
});

describe('names of prototypes', () => {
  const hostile: unknown = JSON.parse(
    '{"__proto__": {"polluted": "yes"}, "a": {"__proto__": {"polluted": "yes"}}, "toString": "T", "then": "P"}',
  );
  const variables = Object.fromEntries(Object.entries(hostile ?? {}));

  it.each([
    '{{ constructor }}',
    '{{ constructor.name }}',
    '{{ contact.constructor.constructor }}',
    '{{ contact.__proto__.polluted }}',
    '{{ contact["__proto__"]["toString"] }}',
    '{{ contact.name.constructor }}',
    '{{ contact.hasOwnProperty }}',
    '{{ polluted }}',
    '{{ step.polluted }}',
    '{{ hasOwnProperty }}',
  ])('say nothing: %s', (body) => {
    expect(generator.render(renderInput(`[${body}]`, { variables })).body).toBe('[]');
  });

  it('are plain keys where a variable has them', () => {
    expect(generator.render(renderInput('{{ toString }}{{ then }}', { variables })).body).toBe('TP');
  });

  it('change no object of ours', () => {
    const body = '{% assign __proto__ = "x" %}{% capture constructor %}y{% endcapture %}z';
    expect(generator.render(renderInput(body, { variables })).body).toBe('z');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect({}.constructor).toBe(Object);
  });

  it('cannot make a failure that quotes the values', () => {
    const secret = { toString: 'secret-4711' };
    const detail = detailOf(() =>
      generator.render(renderInput('{{ s | append: "x" }}', { variables: { s: secret } })),
    );
    expect(detail).toBe('body: line 1: cannot be rendered with these values');
  });
});

describe('whatever the template', () => {
  const pieces = fc.constantFrom(
    '{{', '}}', '{%', '%}', ' if ', ' for i in ', '(1..9)', ' endif ', ' endfor ', ' product ', ' | ', 'upcase',
    'append: ', '"', "'", '.', '[', ']', '\n', ' else ', ' assign x = ', ' raw ', ' endraw ', '-', 'text', ' case ',
    ' liquid ', ' echo ', ' # ', ' increment x ', ' cycle "a", "b" ', ' contact.name ', '\u0000', '👍',
  ); // prettier-ignore

  it('is a text within the limits, or an error that shows no inside', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        const source = parts.join('');
        try {
          const { subject, body } = generator.render(renderInput(source, { subject: source }));
          expect(body).toBe(body.trim());
          expect(body).not.toBe('');
          for (const control of ['\r', '\n', '\u0000']) expect(subject ?? '').not.toContain(control);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          expect(error.code).toBe('invalid_template');
          expect(error.detail).not.toMatch(
            /node_modules|\bat .*:\d+|not a function|undefined \(reading|stack size/,
          );
          expect(error.cause).toBeUndefined();
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('prints a variable as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (product) => {
        const { body } = generator.render(renderInput('[{{ product }}]', { variables: { product } }));
        expect(body).toBe(`[${product.replaceAll('\u0000', '')}]`);
      }),
    );
  });
});
