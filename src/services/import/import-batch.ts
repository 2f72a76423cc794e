import { isOptOut } from '../../domain/opt-out-words';
import { AppError } from '../../domain/errors';
import { LANES } from '../conversation/change-thread';
import { chooseChannel, createConversation } from '../conversation/create-conversation';
import { unknownSequence } from '../conversation/opening-facts';
import { LostCreateRace, updateContact, type ContactInput } from '../contact/contact-row';
import type { ContactRow } from '../conversation/thread';
import type { VerbContext } from '../verb-context';
import { readBatchFacts, type BatchFacts } from './batch-facts';
import { contactKeys } from './contact-keys';
import { effectOf, type ImportRow, type RowOutcome } from './import-row';
import { insertPlanned } from './insert-planned';
import { planRow, type PlannedRow } from './plan-row';
import { inSavepoint } from './savepoint';

/**
 * Creates the conversations of a batch in one transaction. Rows about new contacts, or contacts known by their external
 * id, are planned in memory and written together; every other row goes through `createConversation` in a savepoint of
 * its own. Throws LostCreateRace when another transaction was faster: run the batch again.
 */
export async function importBatch(ctx: VerbContext, rows: ImportRow[]): Promise<RowOutcome[]> {
  const facts = await readBatchFacts(ctx, rows);
  const { existing, alone, together } = sortOut(rows, facts);
  const outcomes: RowOutcome[] = existing.map(({ line }) => ({ line, result: 'existing' }));

  const planned: PlannedRow[] = [];
  for (const row of together) {
    const result = attempt(row, () => planOne(ctx, facts, row));
    if ('error' in result) {
      outcomes.push(result);
      continue;
    }
    planned.push(result);
    await bringUpToDate(ctx, facts, row);
    outcomes.push({ line: row.line, result: 'accepted', effect: effectOf(result.conversation.stage) });
  }
  await insertPlanned(ctx, planned);
  for (const row of alone) outcomes.push(await importAlone(ctx, row));
  return outcomes.sort((one, other) => one.line - other.line);
}

interface Sorted {
  existing: ImportRow[];
  alone: ImportRow[];
  together: ImportRow[];
}

/** In the order of their contacts, the same for every import: locks taken in different orders would deadlock. */
function sortOut(rows: ImportRow[], facts: BatchFacts): Sorted {
  const sorted: Sorted = { existing: [], alone: [], together: [] };
  const ids = new Set<string>();
  const keys = new Set<string>();
  for (const row of rows) {
    const { externalId, contact, lastMessage } = row.input;
    const ofContact = contactKeys(contact);
    const optsOut = lastMessage?.direction === 'inbound' && isOptOut(lastMessage.text ?? '');
    const isFirst = !ids.has(externalId) && ofContact.every((key) => !keys.has(key));
    if (facts.existing.has(externalId)) sorted.existing.push(row);
    else if (isFirst && !optsOut && isCertain(facts, row)) sorted.together.push(row);
    else sorted.alone.push(row);
    ids.add(externalId);
    for (const key of ofContact) keys.add(key);
  }
  sorted.alone.sort(byContact);
  sorted.together.sort(byContact);
  return sorted;
}

/** Whose contact it is can be said without a search: known by its external id, or by nothing at all. */
function isCertain(facts: BatchFacts, { input }: ImportRow): boolean {
  if (knownContact(facts, input.contact)) return true;
  return contactKeys(input.contact).every((key) => !facts.knownAddresses.has(key));
}

function knownContact(facts: BatchFacts, { externalId }: ContactInput): ContactRow | null {
  return facts.contacts.get(externalId ?? '') ?? null;
}

/** Stable: rows about the same contact keep the order of the file. */
function byContact(one: ImportRow, other: ImportRow): number {
  const [first = ''] = contactKeys(one.input.contact);
  const [second = ''] = contactKeys(other.input.contact);
  return first < second ? -1 : first > second ? 1 : 0;
}

type Rejection = Extract<RowOutcome, { result: 'rejected' }>;

function rejection({ line, input }: ImportRow, error: unknown): Rejection {
  if (!(error instanceof AppError)) throw error;
  return { line, result: 'rejected', externalId: input.externalId, error };
}

function attempt<T>(row: ImportRow, work: () => T): T | Rejection {
  try {
    return work();
  } catch (error) {
    return rejection(row, error);
  }
}

function planOne(ctx: VerbContext, facts: BatchFacts, { input }: ImportRow): PlannedRow {
  const channel = chooseChannel(facts.channelKinds, input.channel);
  const name = input.sequence ?? 'default';
  const sequence = facts.sequences.get(name);
  if (!sequence) throw unknownSequence(name);
  const known = knownContact(facts, input.contact);
  const said = Object.fromEntries(Object.entries(input.contact).filter(([, value]) => value !== undefined));
  const contact = known && { ...known, ...said };
  return planRow({ organization: facts.organization, channel, sequence, contact, now: ctx.now }, input);
}

/** After the row was found good: what it says of a contact that exists. An external id keeps addresses from clashing. */
async function bringUpToDate(ctx: VerbContext, facts: BatchFacts, { input }: ImportRow): Promise<void> {
  const known = knownContact(facts, input.contact);
  if (known) await updateContact(ctx, known, input.contact);
}

async function importAlone(ctx: VerbContext, row: ImportRow): Promise<RowOutcome> {
  const { line, input } = row;
  try {
    const { created, thread } = await inSavepoint(ctx, () => createConversation(ctx, input, LANES.bulk));
    if (!created) return { line, result: 'existing' };
    return { line, result: 'accepted', effect: effectOf(thread.conversation.stage) };
  } catch (error) {
    if (error instanceof LostCreateRace) throw error;
    return rejection(row, error);
  }
}
