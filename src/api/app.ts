import express, { type Express } from 'express';
import type { Database } from '../db/client';
import type { Clock } from '../platform/clock';
import type { Logger } from '../platform/logger';
import type { Metrics } from '../platform/metrics';
import type { Touched } from '../services/verb-context';
import { answerNotFound, answerProblem } from './middleware/answer-problem';
import { beginRequest } from './middleware/begin-request';
import { observeRequest } from './middleware/observe-request';
import { mountDocs } from './mount-docs';
import { mountRoutes } from './mount-routes';
import { createOpenApiDocument } from './openapi';
import type { AnyRoute, ApiDependencies } from './route';
import { createTransactions } from './transactions';

export interface AppOptions {
  routes: readonly AnyRoute[];
  /** Of the app role. */
  database: Database;
  /** Of the system role: key look-up only. */
  system: Database;
  deps: ApiDependencies;
  logger: Logger;
  metrics: Metrics;
  clock: Clock;
  rateLimitPerMinute: number;
  publicUrl: string;
  /** Told which workflows must hear of a commit; returns at once. */
  afterCommit(touched: Touched[]): void;
}

/** The whole HTTP door over a table of routes. It listens nowhere: that is the root's part. */
export function createApp(options: AppOptions): Express {
  const { logger, metrics, database, clock, afterCommit } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(beginRequest, observeRequest(logger, metrics));
  const transact = createTransactions({ database, clock, afterCommit });
  mountRoutes(app, options.routes, { ...options, transact });
  mountDocs(app, createOpenApiDocument(options.routes, options.publicUrl));
  app.use(answerNotFound, answerProblem(logger));
  return app;
}
