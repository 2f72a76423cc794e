import { Agent, request } from 'node:http';

/** What a peer's file provides: its producer and its worker, each started in a process of its own. */
export interface Peer {
  startProducer(): Promise<Producer>;
  startWorker(deliver: (id: string) => Promise<void>): Promise<PeerWorker>;
}

export interface Producer {
  facts: Record<string, string>;
  schedule(id: string, dueAt: Date): Promise<void>;
  /** Takes a job back; true when it could not be taken back and the peer said so. */
  cancel?(id: string): Promise<boolean>;
  close(): Promise<void>;
}

export interface PeerWorker {
  facts: Record<string, string>;
  close(): Promise<void>;
}

interface Command {
  ref: number;
  kind: 'schedule' | 'cancel';
  id: string;
  dueAt: number;
}

/** Runs the role that the command line names until the bench ends it. */
export async function servePeer(peer: Peer): Promise<void> {
  const role = process.argv[2];
  const { facts, close } = role === 'worker' ? await peer.startWorker(postToSink()) : await produce(peer);
  process.once('disconnect', () => process.exit());
  process.once('SIGTERM', () => void close().finally(() => process.exit()));
  process.send?.({ ready: facts });
}

async function produce(peer: Peer): Promise<Producer> {
  const producer = await peer.startProducer();
  process.on('message', (command: Command) => {
    run(producer, command).then(
      (inFlight) => process.send?.({ ref: command.ref, inFlight }),
      (error: unknown) => process.send?.({ ref: command.ref, error: String(error) }),
    );
  });
  return producer;
}

async function run(producer: Producer, { kind, id, dueAt }: Command): Promise<boolean> {
  if (kind === 'cancel') return (await producer.cancel?.(id)) ?? false;
  await producer.schedule(id, new Date(dueAt));
  return false;
}

/** One keep-alive POST, the same for every peer. Throws unless the answer is 2xx. */
function postToSink(): (id: string) => Promise<void> {
  const url = setting('SINK_URL');
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  return (id) =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify({
        id,
        text: 'Just checking in: did you have a moment to look at it?'.repeat(4),
      });
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const sent = request(url, { method: 'POST', agent, headers }, (response) => {
        response.resume();
        const ok = response.statusCode === 200;
        response.once('end', () => (ok ? resolve() : reject(new Error(`status ${response.statusCode}`))));
      });
      sent.once('error', reject);
      sent.end(body);
    });
}

export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
}
