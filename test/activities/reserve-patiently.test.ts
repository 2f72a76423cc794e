import { reservePatiently } from '../../src/activities/reserve-patiently';
import type { ChannelPort } from '../../src/services/ports';

/** A channel that is full for good; counts how often it was asked. */
function fullChannel() {
  let asked = 0;
  const reserve: ChannelPort['reserve'] = () => {
    asked += 1;
    return { waitMs: 50 };
  };
  const channel: ChannelPort = {
    kind: 'webhook',
    keyed: true,
    reserve,
    send: () => Promise.reject(new Error()),
  };
  return { channel, asked: () => asked };
}

test('a place of a full channel is waited for within the attempt', async () => {
  const { channel, asked } = fullChannel();
  // Of its five seconds a fifth of one is left.
  await expect(reservePatiently(channel, 'key', performance.now() - 4_800)).resolves.toEqual({ waitMs: 50 });
  expect(asked()).toBeGreaterThan(1);
});

test('an attempt that has waited long to be due has no patience left for a place', async () => {
  const { channel, asked } = fullChannel();
  await expect(reservePatiently(channel, 'key', performance.now() - 5_000)).resolves.toEqual({ waitMs: 50 });
  expect(asked()).toBe(1);
});
