import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface OutboxFacts {
  rows: number;
  oldestSeconds: number;
}

/** What the processes count. Labels come from closed lists: no ids, no addresses. */
export interface Metrics {
  /** For the nudge's services and activities. */
  nudges: {
    settled(channel: string, outcome: string, latenessMs: number): void;
    refused(gate: string): void;
    providerCalled(channel: string, outcome: string, tookMs: number): void;
    secretUnreadable(channel: string): void;
  };
  replyStopped(tookMs: number): void;
  outboxObserved(facts: OutboxFacts, bulkStartsPerSecond: number): void;
  httpAnswered(route: string, method: string, status: number, tookMs: number): void;
  /** In the text format of Prometheus. */
  render(): Promise<{ contentType: string; text: string }>;
}

const FAST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const LATENESS_SECONDS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 60, 300, 900, 3600, 21_600];
const PROVIDER_SECONDS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20];

/** A registry of one process; there is no global one, so that tests may run many side by side. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const http = new Histogram({
    name: 'followthrough_http_request_seconds',
    help: 'Time to answer an HTTP request, by route pattern, method and status.',
    labelNames: ['route', 'method', 'status'],
    buckets: FAST_SECONDS,
    registers,
  });
  const replyToStop = new Histogram({
    name: 'followthrough_reply_to_stop_seconds',
    help: 'From the arrival of an inbound word to the commit after which no nudge of its episode can be claimed.',
    buckets: FAST_SECONDS,
    registers,
  });

  return {
    nudges: nudgeMetrics(registers),
    outboxObserved: outboxMetrics(registers),
    replyStopped: (tookMs) => replyToStop.observe(tookMs / 1000),
    httpAnswered: (route, method, status, tookMs) => http.observe({ route, method, status }, tookMs / 1000),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

function nudgeMetrics(registers: Registry[]): Metrics['nudges'] {
  const nudges = new Counter({
    name: 'followthrough_nudges_total',
    help: 'Nudges whose delivery was settled, by outcome (sent, failed, unknown, cancelled) and channel.',
    labelNames: ['outcome', 'channel'],
    registers,
  });
  const lateness = new Histogram({
    name: 'followthrough_nudge_lateness_seconds',
    help: 'From the due time of a sent nudge to the settlement of its delivery.',
    buckets: LATENESS_SECONDS,
    registers,
  });
  const refused = new Counter({
    name: 'followthrough_claims_refused_total',
    help: 'Due steps that were not sent then, by the gate that decided (episode = overtaken by a newer fence).',
    labelNames: ['gate'],
    registers,
  });
  const provider = new Histogram({
    name: 'followthrough_provider_seconds',
    help: 'Time of one provider call, by channel and outcome (accepted, refused, busy, unanswered).',
    labelNames: ['channel', 'outcome'],
    buckets: PROVIDER_SECONDS,
    registers,
  });
  const unreadable = new Counter({
    name: 'followthrough_secret_unreadable_total',
    help: 'Attempts of sends that wait: the secret of their channel does not open under ENCRYPTION_KEY.',
    labelNames: ['channel'],
    registers,
  });
  return {
    settled(channel, outcome, latenessMs) {
      nudges.inc({ outcome, channel });
      if (outcome === 'sent') lateness.observe(Math.max(0, latenessMs) / 1000);
    },
    refused: (gate) => refused.inc({ gate }),
    providerCalled: (channel, outcome, tookMs) => provider.observe({ channel, outcome }, tookMs / 1000),
    secretUnreadable: (channel) => unreadable.inc({ channel }),
  };
}

function outboxMetrics(registers: Registry[]): Metrics['outboxObserved'] {
  const rows = new Gauge({
    name: 'followthrough_outbox_rows',
    help: 'Outbox rows: workflows still to be started or told of a change.',
    registers,
  });
  const age = new Gauge({
    name: 'followthrough_outbox_age_seconds',
    help: 'Age of the oldest outbox row; grows while Temporal is away.',
    registers,
  });
  const rate = new Gauge({
    name: 'followthrough_starts_paced_rate',
    help: 'Bulk workflow starts a second that the relay allows now; gives way when nudges run late.',
    registers,
  });
  return (facts, bulkStartsPerSecond) => {
    rows.set(facts.rows);
    age.set(facts.oldestSeconds);
    rate.set(bulkStartsPerSecond);
  };
}
