import type { Express, RequestHandler } from 'express';
import { answerMethodNotAllowed } from './middleware/answer-problem';
import { authenticate, requireScope } from './middleware/authenticate';
import { limitRate } from './middleware/limit-rate';
import { readJsonBody, readTextBody } from './middleware/read-body';
import type { MountDependencies } from './mount-dependencies';
import type { AnyRoute } from './route';
import { runProcessRoute } from './run-process-route';
import { runPublicRoute } from './run-public-route';
import { runTransactionRoute } from './run-transaction-route';

/** Mounts the table of routes; addresses with fixed words come before those with parameters. */
export function mountRoutes(app: Express, routes: readonly AnyRoute[], mount: MountDependencies): void {
  const chain = { signIn: authenticate(mount.system), limit: limitRate(mount.rateLimitPerMinute) };
  for (const [path, ofPath] of byPath(routes)) {
    const place = app.route(path);
    place.all(notePattern(path));
    for (const route of ofPath) place[route.method](...handlersOf(route, mount, chain));
    place.all(answerMethodNotAllowed(ofPath.map(({ method }) => method)));
  }
}

function byPath(routes: readonly AnyRoute[]): [string, AnyRoute[]][] {
  const paths = [...new Set(routes.map(({ path }) => path))].sort(
    (one, other) => parameters(one) - parameters(other) || one.localeCompare(other),
  );
  return paths.map((path) => [path, routes.filter((route) => route.path === path)]);
}

const parameters = (path: string) => path.split('/').filter((part) => part.startsWith(':')).length;

function notePattern(path: string): RequestHandler {
  return (request, _response, next) => {
    request.facts.route = path;
    next();
  };
}

function handlersOf(
  route: AnyRoute,
  mount: MountDependencies,
  chain: { signIn: RequestHandler; limit: RequestHandler },
): RequestHandler[] {
  const read = bodyReaders(route);
  if (route.kind === 'public') return [...read, runPublicRoute(route, mount)];
  const guards = [chain.signIn, requireScope(route.scope), chain.limit];
  if (route.kind === 'transaction') return [...guards, ...read, runTransactionRoute(route, mount)];
  return [...guards, ...read, runProcessRoute(route, mount)];
}

function bodyReaders(route: AnyRoute): RequestHandler[] {
  if (route.method === 'get' || (route.kind === 'process' && route.stream)) return [];
  return route.kind === 'public' ? [readTextBody()] : readJsonBody();
}
