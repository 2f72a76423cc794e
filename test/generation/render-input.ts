import type { RenderInput } from '../../src/services/ports';

/** A believable nudge; every test says only what it is about. */
export function renderInput(
  body: string,
  changes: Partial<RenderInput> & { subject?: string | null } = {},
): RenderInput {
  const { subject = null, ...rest } = changes;
  return {
    template: { subject, body },
    contact: {
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      phone: null,
      locale: 'en-GB',
      attributes: { plan: 'pro', home: { city: 'London' } },
    },
    variables: { product: 'boiler service' },
    organization: { name: 'Warm Homes' },
    step: { number: 1, of: 3 },
    ...rest,
  };
}
