import { eq } from 'drizzle-orm';
import { organizations } from '../../db/schema';
import { AppError } from '../../domain/errors';
import type { FrequencyCap, SendWindow } from '../../domain/organization';
import type { OrganizationRow } from '../conversation/thread';
import { orderDays } from '../sequence/build-ladder';
import type { VerbContext } from '../verb-context';

/** Absent fields stay as they are. */
export interface OrganizationPatch {
  name?: string | undefined;
  timeZone?: string | undefined;
  locale?: string | undefined;
  sendWindow?: SendWindow | null | undefined;
  holidays?: string[] | undefined;
  frequencyCap?: FrequencyCap | null | undefined;
  latenessLimitMs?: number | undefined;
  paused?: boolean | undefined;
}

export interface OrganizationChange {
  organization: OrganizationRow;
  /**
   * The number of the latest resume, when the change asked for it: what was held is then to be woken. Asked again, it is
   * the same resume: whatever a crash left held is woken now.
   */
  resumed: number | null;
}

/** Changes settings; gates read them at the next send, nothing planned is planned again. */
export async function changeOrganization(
  ctx: VerbContext,
  patch: OrganizationPatch,
): Promise<OrganizationChange> {
  const where = eq(organizations.id, ctx.organizationId);
  const [present] = await ctx.tx.select().from(organizations).where(where).for('no key update');
  if (!present) throw new AppError('not_found', 'No such organization.');
  const resumes = present.paused && patch.paused === false;
  const columns = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  const [organization = present] = await ctx.tx
    .update(organizations)
    .set({
      ...columns,
      ...(patch.sendWindow ? { sendWindow: orderDays(patch.sendWindow) } : {}),
      ...(resumes ? { resumes: present.resumes + 1 } : {}),
      updatedAt: ctx.now,
    })
    .where(where)
    .returning();
  return { organization, resumed: patch.paused === false ? organization.resumes : null };
}
