/** 64 MB: more than a core's own caches hold. */
const WORDS = 2 ** 24;
const READS = 1_000_000;

let words: Uint32Array | undefined;

/**
 * Nanoseconds that one read takes at a place which the read before it decides. On a shared host this, not the clock, is
 * what neighbours slow down: the same machine showed 180 and, an hour before, 500. It is recorded beside every figure.
 */
export function randomReadNs(): number {
  // Written once, so that no page is first touched while it is measured.
  words ??= new Uint32Array(WORDS).fill(1);
  chase(words, READS / 10);
  const beganAt = performance.now();
  chase(words, READS);
  return Math.round(((performance.now() - beganAt) * 1e6) / READS);
}

/** A full-period congruential walk (Knuth, TAOCP 2, 3.2.1.2), whose increment is what was read. */
function chase(all: Uint32Array, reads: number): number {
  let at = 0;
  for (let read = 0; read < reads; read += 1) {
    at = (Math.imul(at, 1_664_525) + 1_013_904_222 + (all[at] ?? 0)) & (WORDS - 1);
  }
  return at;
}
