import type { IncomingHttpHeaders } from 'node:http';
import { Agent, type Dispatcher } from 'undici';
import { BlockedTargetError, createTargetGuard, type TargetGuardOptions } from './target-guard';
import { targetUrlProblem } from './target-url';

const MAX_BODY_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 20;

export interface HttpRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
  signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** As it came, not decompressed; cut where it broke off or passed 64 kB. */
  body: string;
}

/** No connection was made, or none in time: not a byte of the request was written. */
export class UnreachedError extends Error {
  override name = 'UnreachedError';
}

/** The request was written, at least in part, and no status came back: no one can tell what became of it. */
export class UnansweredError extends Error {
  override name = 'UnansweredError';
}

export interface GuardedHttp {
  /**
   * Once a status has arrived it is the answer, whatever becomes of the body. Rejects with BlockedTargetError,
   * UnreachedError or UnansweredError, after `timeoutMs` at the latest. Never follows a redirect.
   */
  post(request: HttpRequest): Promise<HttpAnswer>;
  /** Waits for the calls in flight. */
  close(): Promise<void>;
}

/** The one client for addresses that users give (design §7): checks every address at every new connection. */
export function createGuardedHttp(options: TargetGuardOptions & { timeoutMs: number }): GuardedHttp {
  const { allowPrivateTargets, timeoutMs } = options;
  const guard = createTargetGuard(options);
  const agent = new Agent({
    connect: { lookup: guard.lookup, timeout: timeoutMs },
    connections: MAX_CONNECTIONS,
    pipelining: 1,
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  let closing: Promise<void> | null = null;

  return {
    async post(request) {
      const problem = targetUrlProblem(request.url, allowPrivateTargets);
      if (problem) throw new BlockedTargetError(`the URL ${problem}`);
      const url = new URL(request.url);
      guard.checkLiteral(url.hostname);
      return exchange(agent, url, request, timeoutMs);
    },
    close: () => (closing ??= agent.close()),
  };
}

function exchange(agent: Agent, url: URL, request: HttpRequest, timeoutMs: number): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { headers, body, signal } = request;
    const reply = createReply();
    let settled = false;
    let writing: Dispatcher.DispatchController | null = null;

    const timer = setTimeout(() => giveUp(`no answer within ${timeoutMs} ms`), timeoutMs);
    const onAbort = () => giveUp('the call was aborted');
    signal?.addEventListener('abort', onAbort, { once: true });

    function settle(error: Error | null): void {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      const answer = reply.read();
      if (answer) resolve(answer);
      else if (error instanceof BlockedTargetError) reject(error);
      else reject(new (writing ? UnansweredError : UnreachedError)(wordsOf(error), { cause: error }));
    }

    function giveUp(why: string): void {
      settle(new Error(why));
      writing?.abort(new Error(why));
    }

    const handler: Dispatcher.DispatchHandler = {
      // Called right before the first byte is written. Whoever gave up while it connected sends nothing.
      onRequestStart(controller) {
        if (settled) controller.abort(new Error('given up'));
        else writing = controller;
      },
      onResponseStart: (_controller, status, answerHeaders) => reply.begin(status, answerHeaders),
      onResponseData(_controller, chunk) {
        if (!reply.add(chunk)) giveUp('the body is too long');
      },
      onResponseEnd: () => settle(null),
      onResponseError: (_controller, error) => settle(error),
    };

    if (signal?.aborted) return onAbort();
    const path = url.pathname + url.search;
    try {
      agent.dispatch({ origin: url.origin, path, method: 'POST', headers, body }, handler);
    } catch (error) {
      settle(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

/** Collects one answer. `add` is false when the body has passed its limit: what came before is kept. */
function createReply() {
  let head: Pick<HttpAnswer, 'status' | 'headers'> | null = null;
  const chunks: Buffer[] = [];
  let bytes = 0;
  return {
    begin(status: number, headers: IncomingHttpHeaders): void {
      if (status >= 200) head = { status, headers };
    },
    add(chunk: Buffer): boolean {
      chunks.push(chunk.subarray(0, MAX_BODY_BYTES - bytes));
      bytes += chunk.length;
      return bytes <= MAX_BODY_BYTES;
    },
    read: (): HttpAnswer | null => head && { ...head, body: Buffer.concat(chunks).toString('utf8') },
  };
}

/** The code says enough (ECONNREFUSED, CERT_HAS_EXPIRED): messages may name inner addresses. */
function wordsOf(error: Error | null): string {
  if (error && 'code' in error && typeof error.code === 'string') return error.code;
  return error?.message ?? 'the connection ended';
}
