import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { operationsOf, readOpenApi, type Operation } from '../../test/support/openapi-document';
import { SCOPES } from '../../src/domain/scopes';
import type { ProofContext, ProofResult } from '../proof';
import type { Stack } from '../stack/start-stack';
import type { ApiAnswer } from '../stack/tenant';
import { furnish, type Owned } from './key-cases';
import { storedRows } from './stored-rows';

const UNKNOWN = { id: '01890000-0000-7000-8000-000000000000', name: 'nobody-has-this' };
/** A refusal is quick: whoever is let in may have to wait for what he asked for. */
const ANSWER_LIMIT_MS = 10_000;
const NEEDS = /Needs the scope `(\w+)`/;
/** Changes the time of everything; that its body's ids are guarded too is asked, that it works is not. */
const NOT_TRIED = /time-machine/;

/** Knocks at every operation of the API's own document with no key, a revoked one, too narrow ones and a stranger's. */
export async function tryKeys(stack: Stack, { say }: ProofContext): Promise<ProofResult> {
  const [owner, stranger] = [await stack.tenant(), await stack.tenant()];
  const owned = await furnish(owner);
  const document = readOpenApi(await (await fetch(`${stack.apiUrl}/openapi.json`)).json());
  const operations = operationsOf(document).filter(({ security }) => security?.length !== 0);
  say(`${operations.length} operations, each with every wrong key`);
  const rows = () => storedRows(stack.databaseUrl, [owner.organizationId, stranger.organizationId]);
  const before = await rows();
  const knock = { stack, owned, strangersKey: stranger.apiKey };
  const wrong: string[] = [];
  for (const operation of operations) wrong.push(...(await refusals(knock, operation)));
  const after = await rows();
  const changed = Object.keys(before).filter((table) => before[table] !== after[table]);
  // Else a wrong address would pass for a refusal.
  const tried = operations.filter(({ path }) => !NOT_TRIED.test(path));
  for (const operation of lastDeletes(tried)) {
    const { status } = await ask(stack, operation, owner.apiKey, owned);
    if ([401, 403, 404].includes(status))
      wrong.push(`${nameOf(operation)} is refused to its owner: ${status}`);
  }
  return {
    figures: {
      'operations knocked at with wrong keys': operations.length,
      'of them by a foreign id': operations.filter((operation) => foreignPlaces(operation).length > 0).length,
      'tables looked at for a trace': Object.keys(before).length,
    },
    failures: [...wrong, ...changed.map((table) => `a refused request left a trace in ${table}`)],
  };
}

interface Knock {
  stack: Stack;
  owned: Owned;
  strangersKey: string;
}

async function refusals({ stack, owned, strangersKey }: Knock, operation: Operation): Promise<string[]> {
  const scope = SCOPES.find((known) => known === NEEDS.exec(String(operation.description))?.[1]);
  if (scope === undefined) return [`${nameOf(operation)} does not say which scope it needs`];
  const wrong: string[] = [];
  const expect = async (what: string, key: string | null, status: number) => {
    const answer = await ask(stack, operation, key, owned);
    if (answer.status !== status)
      wrong.push(`${nameOf(operation)} with ${what} was answered ${answer.status}`);
  };
  await expect('no key', null, 401);
  await expect('a revoked key', owned.revokedKey, 401);
  await expect(`a key without "${scope}"`, owned.keysWithout.get(scope) ?? '', 403);
  for (const place of foreignPlaces(operation)) {
    const foreign = await ask(stack, operation, strangersKey, owned, place);
    const unknown = await ask(stack, operation, strangersKey, null, place);
    if (foreign.status !== 404 || !isDeepStrictEqual(withoutRequest(foreign), withoutRequest(unknown))) {
      wrong.push(`${nameOf(operation)} tells a foreign ${place} (${foreign.status}) from an unknown one`);
    }
  }
  return wrong;
}

type Place = 'id' | 'name' | 'conversationId';

/** Where an operation takes an id of somebody's. A name that is PUT is made: it is another one's for everybody. */
function foreignPlaces({ method, path, body }: Operation): Place[] {
  const places: Place[] = [];
  if (path.includes('{id}')) places.push('id');
  if (path.includes('{name}') && method !== 'PUT') places.push('name');
  if (JSON.stringify(body ?? {}).includes('"conversationId"')) places.push('conversationId');
  return places;
}

/** `owned` null: ids that nobody has. `place`: only there is somebody's id, an id in the body too if it is there. */
async function ask(
  { apiUrl }: Stack,
  { method, path, sample, requestBody }: Operation,
  key: string | null,
  owned: Owned | null,
  place?: Place,
): Promise<ApiAnswer> {
  const idOf = (what: string, unknown: string) => (owned ? (owned.ids.get(what) ?? unknown) : unknown);
  const resource = path.split('/')[2] ?? '';
  const address = path
    .replace('{id}', idOf(resource, UNKNOWN.id))
    .replace('{name}', place === 'conversationId' ? 'followup_10m' : idOf(resource, UNKNOWN.name));
  const named = {
    ...(hasConversation(sample) ? sample : {}),
    conversationId: idOf('conversations', UNKNOWN.id),
  };
  const inBody = place === 'conversationId' ? named : sample;
  const [type = 'application/json'] = Object.keys(requestBody?.content ?? {});
  const text = type === 'application/json' ? JSON.stringify(inBody) : 'externalId\nrow\n';
  const request = {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(requestBody ? { 'content-type': type } : {}),
      ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
    },
    body: requestBody ? text : null,
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
  };
  return fetch(apiUrl + address, request).then(
    async (response) => ({ status: response.status, text: await response.text() }),
    (error: unknown) => ({ status: 0, text: JSON.stringify(String(error)) }),
  );
}

function hasConversation(sample: unknown): sample is { conversationId: unknown } {
  return typeof sample === 'object' && sample !== null && 'conversationId' in sample;
}

function withoutRequest({ status, text }: ApiAnswer): unknown {
  const problem: unknown = JSON.parse(text);
  return { status, problem: typeof problem === 'object' ? { ...problem, requestId: null } : problem };
}

/** What takes something away comes last. */
function lastDeletes(operations: readonly Operation[]): Operation[] {
  const isDelete = ({ method }: Operation) => method === 'DELETE';
  return [...operations.filter((one) => !isDelete(one)), ...operations.filter(isDelete)];
}

const nameOf = ({ method, path }: Operation) => `${method} ${path}`;
