import { audit, complaints, type Expectation } from '../../proof/judging/audit';
import { EMPTY } from '../support/recording-http';
import type { ProviderRecord } from '../support/recording-ledger';

const DUE_AT = 1_000;
const expectation = (facts: Partial<Expectation> = {}): Expectation => ({
  ...{ conversationId: 'c', to: null, keyed: true, dueAt: DUE_AT, arrival: 'must' },
  ...{ stoppedAt: null, inFlight: [], ...facts },
});
const call = (facts: Partial<ProviderRecord> = {}): ProviderRecord => ({
  ...EMPTY,
  ...{
    seq: 0,
    side: 'http',
    at: DUE_AT,
    key: 'k',
    attempt: 1,
    outcome: 'accepted',
    accepted: true,
    repeat: false,
  },
  ...{ conversationId: 'c', ...facts },
});

describe('the audit', () => {
  test.each<[string, Expectation, ProviderRecord[], string[]]>([
    ['one accepted call is right', expectation(), [call()], []],
    ['no call is a loss', expectation(), [], ['1 lost: c']],
    ['a call that was only refused is a loss', expectation(), [call({ accepted: false })], ['1 lost: c']],
    ['a repeat with the same key is none where keys count', expectation(), [call(), call()], []],
    ['it is a double where they do not', expectation({ keyed: false }), [call(), call()], ['1 doubled: c']],
    ['another key is a double', expectation(), [call(), call({ key: 'l' })], ['1 doubled: c']],
    ['a call before the due time is early', expectation(), [call({ at: DUE_AT - 1 })], ['1 early: c']],
    [
      'a call after the reply is late',
      expectation({ arrival: 'may', stoppedAt: DUE_AT }),
      [call({ at: DUE_AT + 1 })],
      ['1 late: c'],
    ],
    [
      'unless the reply named it',
      expectation({ arrival: 'may', stoppedAt: DUE_AT, inFlight: ['k'] }),
      [call({ at: DUE_AT + 1 })],
      [],
    ],
    [
      'what may not come is late whenever it comes',
      expectation({ arrival: 'must_not' }),
      [call()],
      ['1 late: c'],
    ],
    [
      'a mail is known by its address',
      expectation({ to: 'a@example.com' }),
      [call({ side: 'smtp', conversationId: null, to: 'a@example.com' })],
      [],
    ],
    [
      'a call for nobody is named',
      expectation(),
      [call(), call({ conversationId: 'd' })],
      ['1 strangers: d'],
    ],
  ])('%s', (_title, expected, records, said) => {
    expect(complaints(audit([expected], records))).toEqual(said);
  });
});
