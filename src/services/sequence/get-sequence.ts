import type { SequenceRow } from '../conversation/thread';
import type { VerbContext } from '../verb-context';
import { listSequenceVersions, unknownSequence } from './list-sequence-versions';

/** The newest version. Throws not_found. */
export async function getSequence(ctx: VerbContext, name: string): Promise<SequenceRow> {
  const [newest] = await listSequenceVersions(ctx, name, { limit: 1 });
  if (!newest) throw unknownSequence();
  return newest;
}
