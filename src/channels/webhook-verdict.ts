import type { ProviderOutcome } from '../services/ports';
import { UnansweredError, UnreachedError, type HttpAnswer } from './guarded-http';
import { BlockedTargetError } from './target-guard';

const NOT_NOW = new Set([408, 409, 425, 429]);
const MAX_PROVIDER_ID = 200;

/** What an answer of the receiver means. `now` is for a Retry-After that names a date. */
export function webhookVerdict(answer: HttpAnswer, now: Date): ProviderOutcome {
  const { status, headers } = answer;
  if (status < 300) return { outcome: 'accepted', providerId: providerIdOf(answer.body) };
  if (NOT_NOW.has(status) || (status >= 500 && status < 600)) {
    return {
      outcome: 'busy',
      reason: `HTTP ${status}`,
      retryAfterMs: retryAfterMs(headers['retry-after'], now),
    };
  }
  const reason = status < 400 ? `HTTP ${status}: redirects are not followed` : `HTTP ${status}`;
  return { outcome: 'refused', reason };
}

/** What a call without an answer means. Throws what is no failure of the call. */
export function webhookFailure(error: unknown): ProviderOutcome {
  if (error instanceof BlockedTargetError) return { outcome: 'refused', reason: error.message };
  if (error instanceof UnreachedError) return { outcome: 'busy', reason: error.message, retryAfterMs: null };
  if (error instanceof UnansweredError) return { outcome: 'unanswered', reason: error.message };
  throw error;
}

/** Seconds or an HTTP date, as milliseconds from `now`; null when it is neither. */
function retryAfterMs(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  // Date.parse takes "-5" and "1.5" for dates: every HTTP date begins with the name of a day.
  const at = /^[A-Z][a-z]+,? /.test(header) ? Date.parse(header) : NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

/** The `id` of a JSON object, cleaned of what a text column refuses; anything else is no id. */
function providerIdOf(body: string): string | null {
  const id = idField(body);
  if (typeof id !== 'string' && typeof id !== 'number') return null;
  const clean = String(id).replace(/[\p{Cc}\p{Cs}]/gu, '');
  return clean.slice(0, MAX_PROVIDER_ID).replace(/\p{Cs}$/u, '') || null;
}

function idField(body: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && 'id' in parsed ? parsed.id : null;
  } catch {
    return null;
  }
}
