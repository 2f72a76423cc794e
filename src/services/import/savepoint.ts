import { sql } from 'drizzle-orm';
import type { VerbContext } from '../verb-context';

/** Undoes `work` alone when it throws, and throws on: no workflow hears of what was undone. */
export async function inSavepoint<T>(
  { tx, touched }: Pick<VerbContext, 'tx' | 'touched'>,
  work: () => Promise<T>,
): Promise<T> {
  const touchedBefore = touched.length;
  await tx.execute(sql`savepoint import_row`);
  try {
    const result = await work();
    await tx.execute(sql`release savepoint import_row`);
    return result;
  } catch (error) {
    touched.splice(touchedBefore);
    await tx.execute(sql`rollback to savepoint import_row`);
    throw error;
  }
}
