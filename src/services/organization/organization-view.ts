import { formatDuration } from '../../domain/durations';
import type { SendWindow } from '../../domain/organization';
import type { OrganizationRow } from '../conversation/thread';

export interface OrganizationView {
  id: string;
  name: string;
  timeZone: string;
  locale: string;
  sendWindow: SendWindow | null;
  holidays: string[];
  frequencyCap: { max: number; per: string } | null;
  latenessLimit: string;
  paused: boolean;
  createdAt: string;
  updatedAt: string;
}

export function organizationView(row: OrganizationRow): OrganizationView {
  const { id, name, timeZone, locale, sendWindow, holidays, frequencyCap: cap, paused } = row;
  return {
    id,
    name,
    timeZone,
    locale,
    sendWindow,
    holidays,
    frequencyCap: cap && { max: cap.max, per: formatDuration(cap.perMs) },
    latenessLimit: formatDuration(row.latenessLimitMs),
    paused,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
