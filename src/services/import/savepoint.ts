import { sql } from 'drizzle-orm';
import type { VerbContext } from '../verb-context';

/** Undoes `work` alone when it throws, and throws on. */
export async function inSavepoint<T>({ tx }: Pick<VerbContext, 'tx'>, work: () => Promise<T>): Promise<T> {
  await tx.execute(sql`savepoint import_row`);
  try {
    const result = await work();
    await tx.execute(sql`release savepoint import_row`);
    return result;
  } catch (error) {
    await tx.execute(sql`rollback to savepoint import_row`);
    throw error;
  }
}
