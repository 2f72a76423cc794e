const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * The breaker of one provider. Closed until five calls in a row failed; then open, and after its pause one probe at a
 * time goes through: a good one closes it, a bad one opens it for twice as long, up to a minute. Libraries wrap the call
 * in a function; here the claim lies between asking for a place and calling, so it is a state with two events.
 */
export class Circuit {
  private failures = 0;
  private timesOpened = 0;
  private openUntilMs = 0;
  private probing = false;
  /** Places taken, claims under way included. */
  inFlight = 0;

  get isClosed(): boolean {
    return this.timesOpened === 0;
  }

  /** Nothing worth remembering. */
  get isFresh(): boolean {
    return this.isClosed && this.failures === 0 && this.inFlight === 0;
  }

  /** Time until a call may be tried; 0 = now. With a probe under way that is the probe's to decide. */
  waitMs(nowMs: number, probeWaitMs: number): number {
    if (this.isClosed) return 0;
    if (nowMs < this.openUntilMs) return this.openUntilMs - nowMs;
    return this.probing ? probeWaitMs : 0;
  }

  /** Answers whether the call that begins is the probe. */
  begin(): boolean {
    this.inFlight += 1;
    if (this.isClosed) return false;
    this.probing = true;
    return true;
  }

  /** `good` is null when the provider was not called after all. */
  end(good: boolean | null, isProbe: boolean, nowMs: number): void {
    this.inFlight -= 1;
    if (isProbe) this.probing = false;
    if (good === null) return;
    if (good) {
      this.failures = 0;
      this.timesOpened = 0;
      return;
    }
    // Calls that began before it opened say nothing new.
    if (!isProbe && !this.isClosed) return;
    this.failures += 1;
    if (isProbe || this.failures >= FAILURES_TO_OPEN) this.open(nowMs);
  }

  private open(nowMs: number): void {
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.timesOpened, 10));
    this.timesOpened += 1;
    this.openUntilMs = nowMs + pauseMs;
  }
}
