import { apiKeyOut } from '../../src/contracts/http/api-key';
import { conversationOut } from '../../src/contracts/http/conversation';
import { SCOPES, type Scope } from '../../src/domain/scopes';
import type { ProofTenant } from '../stack/tenant';

/** Everything an organization has that an address can name. */
export interface Owned {
  /** By the word that an address begins with. */
  ids: Map<string, string>;
  revokedKey: string;
  /** Keys that have every scope but this one. */
  keysWithout: Map<Scope, string>;
}

const SEQUENCE = { steps: [{ delay: '10m', template: 'theirs' }], ghostAfter: '1d' };

export async function furnish(owner: ProofTenant): Promise<Owned> {
  await owner.must('PUT', '/v1/templates/theirs', { subject: 'Theirs', body: 'Hello.' });
  await owner.must('PUT', '/v1/sequences/theirs', SEQUENCE);
  const body = { externalId: 'theirs', contact: { externalId: 'theirs', phone: '+442079460000' } };
  const { id, contact } = conversationOut.parse(await owner.must('POST', '/v1/conversations', body));
  const revoked = await makeKey(owner, [...SCOPES]);
  await owner.call('DELETE', `/v1/api-keys/${revoked.id}`);
  const keysWithout = new Map<Scope, string>();
  for (const scope of SCOPES) {
    const others = SCOPES.filter((other) => other !== scope);
    keysWithout.set(scope, (await makeKey(owner, others)).key ?? '');
  }
  const ids = new Map([
    ['conversations', id],
    ['contacts', contact.id],
    ['sequences', 'theirs'],
    ['templates', 'theirs'],
    ['api-keys', (await makeKey(owner, ['read'])).id],
  ]);
  return { ids, revokedKey: revoked.key ?? '', keysWithout };
}

async function makeKey(owner: ProofTenant, scopes: Scope[]) {
  return apiKeyOut.parse(await owner.must('POST', '/v1/api-keys', { name: 'Proof', scopes }));
}
