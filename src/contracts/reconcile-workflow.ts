/** Where the next page begins; null before the first and after the last. */
export interface ReconcileCursor {
  conversationId: string;
  episode: number;
}

export interface ReconcilePage {
  next: ReconcileCursor | null;
  examined: number;
  /** Outbox rows inserted: workflows that were missing or behind. */
  repaired: number;
}

export interface ReconcileReport {
  examined: number;
  repaired: number;
  settledUnknown: number;
  purgedKeys: number;
}

export interface ReconcileActivities {
  reconcilePage(input: { after: ReconcileCursor | null }): Promise<ReconcilePage>;
  purgeExpired(input: Record<string, never>): Promise<Pick<ReconcileReport, 'settledUnknown' | 'purgedKeys'>>;
}
