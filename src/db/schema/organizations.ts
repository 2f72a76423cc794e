import { boolean, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { FrequencyCap, SendWindow } from '../../domain/organization';
import { durationMs, instant } from './columns';

/** The tenant and its settings. Gates read this row afresh at every send. */
export const organizations = pgTable('organizations', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  timeZone: text('time_zone').notNull().default('UTC'),
  locale: text('locale').notNull().default('en'),
  sendWindow: jsonb('send_window').$type<SendWindow>(),
  holidays: text('holidays').array().notNull().default([]),
  frequencyCap: jsonb('frequency_cap').$type<FrequencyCap>(),
  latenessLimitMs: durationMs('lateness_limit_ms').notNull().default(3_600_000),
  paused: boolean('paused').notNull().default(false),
  /** Counts the resumes, so that a second resume does not wake the same episodes again. */
  resumes: integer('resumes').notNull().default(0),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
});
