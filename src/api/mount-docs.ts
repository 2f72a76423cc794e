import type { Express, RequestHandler } from 'express';
import { serve, setup } from 'swagger-ui-express';
import { answerMethodNotAllowed } from './middleware/answer-problem';
import type { Json } from './openapi-schemas';

/** Swagger UI brings its scripts and pictures along: nothing is fetched from elsewhere. */
const DOCS_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/** `GET /openapi.json` and `GET /docs`. */
export function mountDocs(app: Express, document: Json): void {
  const text = JSON.stringify(document);
  app
    .route('/openapi.json')
    .get(note('/openapi.json'), (_request, response) => response.type('application/json').send(text))
    .all(answerMethodNotAllowed(['get']));
  const allowPage: RequestHandler = (_request, response, next) => {
    response.set('content-security-policy', DOCS_POLICY);
    next();
  };
  app.use(
    '/docs',
    note('/docs'),
    allowPage,
    serve,
    setup(document, { customSiteTitle: 'Followthrough API' }),
  );
}

function note(path: string): RequestHandler {
  return (request, _response, next) => {
    request.facts.route = path;
    next();
  };
}
