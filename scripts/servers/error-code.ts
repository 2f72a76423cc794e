/** `ECONNREFUSED`, `57P03`, …; by shape, since an error of Node is no `instanceof Error` within Jest. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
