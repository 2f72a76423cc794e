import { readinessOut } from '../../../contracts/http/operations';
import { definePublicRoute } from '../../route';

/** A server that does not answer a probe in this time counts as unreachable. */
const PROBE_LIMIT_MS = 2_000;
const RETRY_AFTER_SECONDS = '2';

export interface Probes {
  /** Each rejects when its server cannot be reached. */
  postgresql(): Promise<unknown>;
  temporal(): Promise<unknown>;
}

export function readinessRoute(probes: Probes) {
  return definePublicRoute({
    method: 'get',
    path: '/readyz',
    tag: 'Operations',
    summary: 'PostgreSQL and Temporal, part by part',
    description: 'PostgreSQL away: 503. Temporal away: 200, since nothing is lost.',
    answers: { 200: readinessOut, 503: readinessOut },
    run: async () => {
      const { postgresql, temporal } = await probe(probes);
      const ready = postgresql === 'ok';
      return {
        status: ready ? 200 : 503,
        body: { status: ready ? 'ok' : 'unavailable', postgresql, temporal },
        headers: ready ? {} : { 'retry-after': RETRY_AFTER_SECONDS },
      };
    },
  });
}

async function probe(probes: Probes): Promise<{ postgresql: Part; temporal: Part }> {
  const [postgresql, temporal] = await Promise.all([reach(probes.postgresql), reach(probes.temporal)]);
  return { postgresql, temporal };
}

type Part = 'ok' | 'unreachable';

async function reach(ask: () => Promise<unknown>): Promise<Part> {
  const late = AbortSignal.timeout(PROBE_LIMIT_MS);
  const tooLate = new Promise<Part>((resolve) => {
    late.addEventListener('abort', () => resolve('unreachable'), { once: true });
  });
  const answered = ask().then(
    (): Part => 'ok',
    (): Part => 'unreachable',
  );
  return Promise.race([answered, tooLate]);
}
