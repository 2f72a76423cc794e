/** What an API key may do. Each says only itself: a key that reads and writes carries both. */
export const SCOPES = ['read', 'write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];
