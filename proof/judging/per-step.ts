import type { ProviderRecord } from '../../test/support/recording-ledger';
import type { Expectation } from './audit';

/** The audit knows one step a conversation: each step of a longer ladder is given to it as one of its own. */
export function perStep(expected: Expectation, steps: number): Expectation[] {
  return Array.from({ length: steps }, (_, index) => ({
    ...expected,
    conversationId: `${expected.conversationId}/${index + 1}`,
    // Only the first due time is known beforehand.
    dueAt: index === 0 ? expected.dueAt : null,
  }));
}

export function byStep(record: ProviderRecord): ProviderRecord {
  return { ...record, conversationId: `${record.conversationId}/${record.step}` };
}
