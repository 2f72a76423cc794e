import { bigint, timestamp, uuid } from 'drizzle-orm/pg-core';

/** Every instant is `timestamptz`, read as a Date. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** Durations in milliseconds; up to a year, so beyond int4. */
export const durationMs = (name: string) => bigint(name, { mode: 'number' });

/** The tenant: first column of every key, foreign key and index. */
export const organizationId = () => uuid('organization_id').notNull();
