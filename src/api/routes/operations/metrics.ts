import { z } from 'zod';
import { definePublicRoute } from '../../route';

type Render = () => Promise<{ contentType: string; text: string }>;

export function metricsRoute(render: Render) {
  return definePublicRoute({
    method: 'get',
    path: '/metrics',
    tag: 'Operations',
    summary: 'Metrics for Prometheus',
    produces: 'text/plain',
    answers: { 200: z.string() },
    run: async () => {
      const { contentType, text } = await render();
      return { status: 200, body: text, contentType };
    },
  });
}
