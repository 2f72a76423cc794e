import { DEFAULT_LADDER } from '../../src/domain/default-texts';

it('the default ladder is 10 minutes, 3 hours, 6 hours and 24 hours more until ghosted', () => {
  expect(DEFAULT_LADDER).toEqual({
    steps: [
      { delayMs: 600_000, template: 'followup-10m', stage: 'followup_10m' },
      { delayMs: 10_800_000, template: 'followup-3h', stage: 'followup_3h' },
      { delayMs: 21_600_000, template: 'followup-6h', stage: 'followup_6h' },
    ],
    ghostAfterMs: 86_400_000,
  });
});
