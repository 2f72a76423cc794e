import { createTextGenerator } from '../../../src/generation/liquid';
import { findTemplate } from '../../../src/services/template/find-template';
import { publishTemplate, type TemplateInput } from '../../../src/services/template/publish-template';
import { createVerbWorld, type VerbWorld } from '../../support/verb-world';

let world: VerbWorld;
let organizationId: string;
const texts = createTextGenerator();

beforeAll(async () => {
  world = await createVerbWorld();
  organizationId = await world.seed({ organization: { locale: 'de-AT' } });
});
afterAll(() => world.close());

const publish = (name: string, input: TemplateInput) =>
  world.verb(organizationId, (ctx) => publishTemplate(ctx, texts, name, input));
const find = (name: string, locales: string[]) =>
  world.verb(organizationId, (ctx) => findTemplate(ctx, name, locales));

describe('findTemplate', () => {
  test('takes the newest version of the first locale that exists, else always the same other one', async () => {
    await publish('hello', { locale: 'en', body: 'one' });
    await publish('hello', { locale: 'en', body: 'two' });
    await publish('hello', { locale: 'fr', body: 'un' });
    expect(await find('hello', ['de', 'en', 'fr'])).toMatchObject({ locale: 'en', version: 2, body: 'two' });
    expect(await find('hello', ['fr', 'en'])).toMatchObject({ locale: 'fr', body: 'un' });
    expect(await find('hello', ['it'])).toMatchObject({ locale: 'en', body: 'two' });
    expect(await find('hello', [])).toMatchObject({ locale: 'en', body: 'two' });
  });

  test('answers null for an unknown name and for the name of another organization', async () => {
    await publish('ours', { locale: 'en', body: 'text' });
    const stranger = await world.seed();
    expect(await find('nobody', ['en'])).toBeNull();
    expect(await world.verb(stranger, (ctx) => findTemplate(ctx, 'ours', ['en']))).toBeNull();
  });
});

describe('publishTemplate', () => {
  test('without a locale takes the language of the organization', async () => {
    expect(await publish('gruss', { body: 'Servus' })).toMatchObject({ locale: 'de', version: 1 });
  });

  test('the same text is the same version; going back to an older text is a new one', async () => {
    const versions = [];
    for (const body of ['a', 'a', 'b', 'a']) {
      const row = await publish('again', { locale: 'en', body });
      versions.push(row.version);
    }
    expect(versions).toEqual([1, 1, 2, 3]);
  });

  test('concurrent publications get distinct versions', async () => {
    const rows = await Promise.all(
      ['a', 'b', 'c', 'd'].map((body) => publish('race', { locale: 'en', body })),
    );
    expect(rows.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4]);
  });

  test('refuses what cannot be parsed, naming the line', async () => {
    await expect(publish('broken', { locale: 'en', body: 'Hi\n{% if %}' })).rejects.toMatchObject({
      code: 'invalid_template',
      detail: expect.stringContaining('line 2'),
    });
    expect(await find('broken', ['en'])).toBeNull();
  });
});
