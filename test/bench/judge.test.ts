import { judge, type Arrival, type Planned } from '../../bench/src/judge';

const DUE = 1_000_000;

function arrival(id: string, at: number, key: string | null = null): Arrival {
  return { id, at, key };
}

describe('the judge of the bench', () => {
  const planned: Planned[] = ['a', 'b', 'c'].map((id) => ({ id, dueAt: DUE }));
  const onTime = planned.map(({ id }, index) => arrival(id, DUE + 10 * (index + 1)));

  test('finds nothing wrong with a run in which all arrived once and on time', () => {
    const verdict = judge(planned, onTime);
    expect(verdict).toMatchObject({
      planned: 3,
      delivered: 3,
      lost: [],
      sentTwice: [],
      acceptedTwice: [],
      early: [],
      afterReply: [],
      unknown: [],
    });
    expect(verdict.lateness).toMatchObject({ count: 3, min: 10, p50: 20, max: 30 });
  });

  test('sees what never arrived', () => {
    expect(judge(planned, onTime.slice(1)).lost).toEqual(['a']);
  });

  test('does not call a message lost whose contact had replied', () => {
    const replied = planned.map((plan) => (plan.id === 'a' ? { ...plan, repliedAt: DUE - 5 } : plan));
    expect(judge(replied, onTime.slice(1)).lost).toEqual([]);
  });

  test('sees a second delivery, and measures lateness by the first', () => {
    const verdict = judge(planned, [arrival('a', DUE + 5_000), ...onTime]);
    expect(verdict.sentTwice).toEqual(['a']);
    expect(verdict.acceptedTwice).toEqual(['a']);
    expect(verdict.lateness?.max).toBe(30);
  });

  test.each([
    ['with the same key is dropped by the receiver', 'k', 'k', []],
    ['with another key is accepted twice', 'k', 'other', ['a']],
    ['without any key is accepted twice', null, null, ['a']],
    ['that lost its key is accepted twice', 'k', null, ['a']],
  ])('a repeat %s', (_title, firstKey, secondKey, acceptedTwice) => {
    const verdict = judge(
      [{ id: 'a', dueAt: DUE }],
      [arrival('a', DUE, firstKey), arrival('a', DUE + 1, secondKey)],
    );
    expect(verdict.sentTwice).toEqual(['a']);
    expect(verdict.acceptedTwice).toEqual(acceptedTwice);
  });

  test('sees a send before its time, by a single millisecond', () => {
    expect(judge(planned, [arrival('a', DUE - 1), ...onTime.slice(1)]).early).toEqual(['a']);
  });

  test.each([
    ['sees a send after the reply was acknowledged', DUE + 5, false, ['a']],
    ['blames nobody for a send which the acknowledgement named as under way', DUE + 5, true, []],
    ['blames nobody for a send before the acknowledgement', DUE + 15, false, []],
  ])('%s', (_title, repliedAt, namedInFlight, afterReply) => {
    const verdict = judge([{ id: 'a', dueAt: DUE, repliedAt, namedInFlight }], [arrival('a', DUE + 10)]);
    expect(verdict.afterReply).toEqual(afterReply);
  });

  test('sees a repeat after the reply, though the first send came before it', () => {
    const plan = { id: 'a', dueAt: DUE, repliedAt: DUE + 15 };
    expect(judge([plan], [arrival('a', DUE + 10), arrival('a', DUE + 20)]).afterReply).toEqual(['a']);
  });

  test('names what was never planned, but only among the ids of its own run', () => {
    const arrivals = [arrival('mine-1', DUE), arrival('mine-2', DUE), arrival('yours-1', DUE)];
    expect(judge([{ id: 'mine-1', dueAt: DUE }], arrivals, 'mine-').unknown).toEqual(['mine-2']);
  });
});
