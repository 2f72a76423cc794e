import { createMetrics } from '../../src/platform/metrics';

test('each process, and each test, counts for itself', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.nudges.settled('webhook', 'sent', 40);
  one.nudges.settled('webhook', 'failed', 40);
  one.nudges.refused('send_window');
  one.nudges.providerCalled('email', 'accepted', 120);
  one.nudges.secretUnreadable('webhook');
  one.replyStopped(8);
  one.outboxObserved({ rows: 3, oldestSeconds: 1.5 }, 40);
  one.httpAnswered('/v1/conversations/:id', 'GET', 200, 12);
  const { text } = await one.render();
  for (const line of [
    'followthrough_nudges_total{outcome="sent",channel="webhook"} 1',
    'followthrough_nudges_total{outcome="failed",channel="webhook"} 1',
    'followthrough_nudge_lateness_seconds_count 1',
    'followthrough_nudge_lateness_seconds_sum 0.04',
    'followthrough_claims_refused_total{gate="send_window"} 1',
    'followthrough_provider_seconds_sum{channel="email",outcome="accepted"} 0.12',
    'followthrough_secret_unreadable_total{channel="webhook"} 1',
    'followthrough_reply_to_stop_seconds_count 1',
    'followthrough_outbox_rows 3',
    'followthrough_outbox_age_seconds 1.5',
    'followthrough_starts_paced_rate 40',
    'followthrough_http_request_seconds_count{route="/v1/conversations/:id",method="GET",status="200"} 1',
  ]) {
    expect(text).toContain(`\n${line}\n`);
  }
  expect((await other.render()).text).not.toContain('outcome="sent"');
});

test('a nudge sent a hair early counts as on time', async () => {
  const metrics = createMetrics();
  metrics.nudges.settled('webhook', 'sent', -3);
  expect((await metrics.render()).text).toContain('followthrough_nudge_lateness_seconds_sum 0\n');
});
