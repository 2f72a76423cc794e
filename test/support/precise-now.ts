let anchorMs = Date.now() - performance.now();

/**
 * Epoch milliseconds with a fraction. The wall clock decides, also when it is adjusted while the process runs; the
 * monotonic one only fills in the fraction.
 */
export function preciseNow(): number {
  const wholeMs = Date.now();
  const offMs = wholeMs - (anchorMs + performance.now());
  // Date.now() is cut to the millisecond: at most 1 ms behind the truth, never ahead of it.
  if (offMs > 0) anchorMs += offMs;
  else if (offMs < -1) anchorMs += offMs + 1;
  return anchorMs + performance.now();
}
