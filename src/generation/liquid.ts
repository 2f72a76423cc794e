import { Liquid, type Template } from 'liquidjs';
import type { AppError } from '../domain/errors';
import { firstName } from '../domain/first-name';
import type { RenderedText, RenderInput, TextGenerator } from '../services/ports';
import { ParseCache } from './parse-cache';
import { isTimeLimit, parseFailure, renderFailure, templateError, type TemplatePart } from './template-error';

/** Characters of a template's source, and of what it renders before that is trimmed. */
const MAX_SOURCE: Record<TemplatePart, number> = { subject: 1_000, body: 20_000 };
const MAX_RENDERED: Record<TemplatePart, number> = { subject: 200, body: 10_000 };

// Ours render in less than 0.1 ms: far away for anything meant well, near for a loop over loops.
const RENDER_LIMIT_MS = 100;
/** Characters and list elements that filters and ranges may make in one rendering. */
const MEMORY_LIMIT = 50_000;
/** At worst (all tags, no text) some 26 MB of parsed templates. */
const CACHED_CHARACTERS = 500_000;

/** Tags that read other templates: there are none to read, and no file may ever be. */
const READING_TAGS = ['include', 'render', 'layout', 'block'];

/** Liquid texts. Nothing is escaped: a channel that sends HTML escapes there. Every failure is `invalid_template`. */
export function createTextGenerator(): TextGenerator {
  const engine = createEngine();
  const cache = new ParseCache(CACHED_CHARACTERS);
  const parse = (part: TemplatePart, source: string): Template[] => {
    if (source.length > MAX_SOURCE[part]) {
      throw templateError(part, `longer than ${MAX_SOURCE[part]} characters`);
    }
    try {
      return cache.get(source, (text) => engine.parse(text));
    } catch (error) {
      throw parseFailure(part, error);
    }
  };
  const renderBoth = (input: RenderInput, strictVariables: boolean): RenderedText => {
    const scope = scopeOf(input);
    const renderPart = (part: TemplatePart, source: string): string => {
      const templates = parse(part, source);
      return renderTemplates(part, () => engine.renderSync(templates, scope, { strictVariables }));
    };
    const { subject, body } = input.template;
    return {
      subject: subject === null ? null : oneLine(renderPart('subject', subject)),
      body: filled(renderPart('body', body)),
    };
  };

  return {
    render: (input) => renderBoth(input, false),
    renderStrict: (input) => renderBoth(input, true),
    check: ({ subject, body }) => {
      if (subject !== null) parse('subject', subject);
      if (body.trim() === '') throw templateError('body', 'empty');
      parse('body', body);
    },
  };
}

function createEngine(): Liquid {
  const engine = new Liquid({
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    // In strict mode `if` and `default` may still ask whether a variable is there: that is what they are for.
    lenientIf: true,
    outputEscape: printable,
    parseLimit: MAX_SOURCE.body,
    renderLimit: RENDER_LIMIT_MS,
    memoryLimit: MEMORY_LIMIT,
    // Dates read the same on every machine.
    timezoneOffset: 0,
    locale: 'en-US',
  });
  for (const tag of READING_TAGS) delete engine.tags[tag];
  return engine;
}

/** `{{ product }}` works as well as `{{ variables.product }}`; our own four words cannot be taken by a variable. */
function scopeOf({ contact, variables, organization, step }: RenderInput): object {
  return {
    ...variables,
    contact: { ...contact, firstName: firstName(contact.name) },
    variables,
    organization,
    step,
  };
}

/** An object has no text a person could read, and `[object Object]` must never reach one. */
function printable(value: unknown): string {
  if (Array.isArray(value)) return value.map(printable).join('');
  if (typeof value === 'string') return value;
  const isPlain = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
  return isPlain ? String(value) : '';
}

function renderTemplates(part: TemplatePart, render: () => unknown): string {
  const text = String(withSecondChance(part, render));
  // Measured before anything copies it: a loop can write far more than memoryLimit counts.
  if (text.length > MAX_SOURCE[part]) throw tooLong(part);
  return text;
}

/** A pause of the whole machine is no fault of the template: out of time counts when it happens twice. */
function withSecondChance(part: TemplatePart, render: () => unknown): unknown {
  try {
    return render();
  } catch (error) {
    if (!isTimeLimit(error)) throw renderFailure(part, error);
  }
  try {
    return render();
  } catch (error) {
    throw renderFailure(part, error);
  }
}

/** Trimmed and whole: PostgreSQL takes no NUL, and a filter may cut an emoji in half. */
function clean(text: string): string {
  return text
    .replaceAll('\u0000', '')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .trim();
}

function filled(rendered: string): string {
  const body = clean(rendered);
  if (body === '') throw templateError('body', 'empty once rendered');
  if (body.length > MAX_RENDERED.body) throw tooLong('body');
  return body;
}

/**
 * A subject is a header: line breaks in a variable must not begin another, and a long product name cuts it short rather
 * than losing the nudge. Null when nothing is left.
 */
function oneLine(rendered: string): string | null {
  const subject = clean(rendered.replace(/[\s\p{Cc}]+/gu, ' '));
  if (subject.length <= MAX_RENDERED.subject) return subject === '' ? null : subject;
  const kept = subject.slice(0, MAX_RENDERED.subject - 1).replace(/\p{Surrogate}$/u, '');
  return `${kept.trimEnd()}…`;
}

function tooLong(part: TemplatePart): AppError {
  return templateError(part, `longer than ${MAX_RENDERED[part]} characters once rendered`);
}
