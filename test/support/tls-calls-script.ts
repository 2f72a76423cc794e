// Run as a process of its own, since a process learns whom to trust when it starts (NODE_EXTRA_CA_CERTS). Every name
// leads to loopback, which plays a public address. Argument: a JSON list of settings; prints the outcomes as JSON.
import { createChannels } from '../../src/channels/create-channels';
import type { ChannelSettings } from '../../src/services/ports';
import { someNudge } from './outgoing-nudge';

async function main(list: ChannelSettings[]): Promise<void> {
  const channels = createChannels({
    allowPrivateTargets: false,
    installationSmtpUrl: null,
    unsubscribeUrl: () => 'https://followthrough.example/u',
    resolver: async () => [{ address: '127.0.0.1', family: 4 }],
    isForbidden: (address) => address !== '127.0.0.1',
    timeoutMs: 5_000,
  });
  const outcomes = [];
  for (const settings of list) outcomes.push(await channels[settings.kind].send(settings, someNudge()));
  await channels.close();
  process.stdout.write(`${JSON.stringify(outcomes)}\n`);
}

/** The test that started this process wrote it from the same type. */
function readSettings(text: string): ChannelSettings[] {
  return JSON.parse(text) as ChannelSettings[];
}

void main(readSettings(process.argv[2] ?? '[]'));
