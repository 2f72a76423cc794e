import { healthOut } from '../../../contracts/http/operations';
import { definePublicRoute } from '../../route';

export const healthRoute = definePublicRoute({
  method: 'get',
  path: '/healthz',
  tag: 'Operations',
  summary: 'The process is up',
  answers: { 200: healthOut },
  run: async () => ({ status: 200, body: { status: 'ok' } }),
});
