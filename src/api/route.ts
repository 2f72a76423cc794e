import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { EpisodeRef } from '../contracts/conversation-workflow';
import type { ChannelKind } from '../domain/conversation';
import type { Scope } from '../domain/scopes';
import type { EngineClient, SecretBox, TextGenerator, TimeMachine } from '../services/ports';
import type { VerbContext } from '../services/verb-context';

/** What routes may use beside their transaction. Wired in api/server.ts. */
export interface ApiDependencies {
  engine: EngineClient;
  texts: TextGenerator;
  secrets: SecretBox;
  /** Throws validation_failed for an address that nudges must never be sent to. */
  assertTargetUrl(url: string): void;
  /** The same for an organization's own SMTP server. */
  assertSmtpUrl(url: string): void;
  /** Whom an unsubscribe address stands for; null when the token is not ours. */
  readUnsubscribeToken(
    token: string,
  ): { organizationId: string; contactId: string; channel: ChannelKind } | null;
  /** Web UI address of one workflow, for `links.temporal`; null where no Web UI is configured. */
  workflowUrl(workflowId: string): string | null;
  /** null unless TIME_MACHINE is on. */
  timeMachine: TimeMachine | null;
  /** Brings the workflow of one episode up to date now, as the relay would. Throws when Temporal is away. */
  deliver(ref: EpisodeRef): Promise<void>;
}

type Schema = z.ZodType;
type Output<S extends Schema | undefined> = S extends Schema ? z.output<S> : undefined;

export interface RouteAnswer {
  status: number;
  body: unknown;
  /** Stored for idempotent replays instead of `body`, where the body shows a secret once. */
  replayBody?: unknown;
  /** For the log. */
  about?: { conversationId: string; workflowId: string | null };
  /** True when an inbound word ended an episode: the time it took is measured. */
  stoppedByReply?: boolean;
}

/** Opens one transaction of one organization, runs it again when it lost a race, and tells Temporal after the commit. */
export type Transact = <T>(work: (ctx: VerbContext) => Promise<T>) => Promise<T>;

/** A verb's context plus the parsed request. One transaction of the caller's organization is open. */
export interface RouteContext<P, Q, B> extends VerbContext {
  params: P;
  query: Q;
  body: B;
  deps: ApiDependencies;
  apiKeyId: string;
  requestId: string;
}

/** For work that is no single transaction: it opens its own, as many as it needs. */
export interface ProcessContext<P, Q, B> {
  organizationId: string;
  /** Real time when the request came. */
  now: Date;
  params: P;
  query: Q;
  body: B;
  /** Set when the route takes a `stream`; ends with payload_too_large beyond its limit. Else empty. */
  stream: Readable;
  /** Content type of the stream without parameters: `text/csv`. */
  contentType: string;
  transact: Transact;
  deps: ApiDependencies;
  apiKeyId: string;
  requestId: string;
}

/** For callers without a key: operations, and addresses whose token is the authority. */
export interface PublicContext<P, Q> {
  now: Date;
  params: P;
  query: Q;
  /** The raw body, at most 64 kB; '' without one. */
  text: string;
  deps: ApiDependencies;
  requestId: string;
  /** `organizationId` comes from a token that was verified. */
  transactAs<T>(organizationId: string, work: (ctx: VerbContext) => Promise<T>): Promise<T>;
}

export interface PublicAnswer {
  status: number;
  /** JSON unless `contentType` says otherwise, then a string. */
  body: unknown;
  contentType?: string;
  headers?: Record<string, string>;
}

interface RouteFacts<P extends Schema | undefined, Q extends Schema | undefined> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Express form: `/v1/conversations/:id`. */
  path: string;
  tag: string;
  summary: string;
  /** Markdown for the documentation, where the summary is not enough. */
  description?: string;
  params?: P;
  query?: Q;
  /** Status -> schema of the answer; null = no body. Problems are documented by themselves. */
  answers: Record<number, Schema | null>;
}

/** The schemas from which requests are validated and /openapi.json is generated, and the verb behind them. */
export interface RouteDefinition<
  P extends Schema | undefined = Schema | undefined,
  Q extends Schema | undefined = Schema | undefined,
  B extends Schema | undefined = Schema | undefined,
> extends RouteFacts<P, Q> {
  scope: Scope;
  body?: B;
  /** Works inside one transaction; must not talk to anything but the database: it may run again. */
  run(ctx: RouteContext<Output<P>, Output<Q>, Output<B>>): Promise<RouteAnswer>;
}

export interface ProcessRouteDefinition<
  P extends Schema | undefined = Schema | undefined,
  Q extends Schema | undefined = Schema | undefined,
  B extends Schema | undefined = Schema | undefined,
> extends RouteFacts<P, Q> {
  scope: Scope;
  body?: B;
  /** Instead of `body`: content types taken as a stream. */
  stream?: { contentTypes: string[]; maxBytes: number };
  /** False: the Idempotency-Key header means nothing here. */
  idempotent: boolean;
  run(ctx: ProcessContext<Output<P>, Output<Q>, Output<B>>): Promise<RouteAnswer>;
}

export interface PublicRouteDefinition<
  P extends Schema | undefined = Schema | undefined,
  Q extends Schema | undefined = Schema | undefined,
> extends RouteFacts<P, Q> {
  /** Content type of the answers where it is not JSON, for the documentation. */
  produces?: string;
  run(ctx: PublicContext<Output<P>, Output<Q>>): Promise<PublicAnswer>;
}

/** A route with its types forgotten, for the list that is mounted and documented. */
export type AnyRoute =
  | ({ kind: 'transaction' } & RouteDefinition)
  | ({ kind: 'process' } & ProcessRouteDefinition)
  | ({ kind: 'public' } & PublicRouteDefinition);

/** One verb in one transaction: nearly every route. */
export function defineRoute<
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  B extends Schema | undefined = undefined,
>(definition: RouteDefinition<P, Q, B>): AnyRoute {
  return { ...forgetTypes<RouteDefinition>(definition), kind: 'transaction' };
}

/** Work that outlives one transaction: import, time machine. */
export function defineProcessRoute<
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  B extends Schema | undefined = undefined,
>(definition: ProcessRouteDefinition<P, Q, B>): AnyRoute {
  return { ...forgetTypes<ProcessRouteDefinition>(definition), kind: 'process' };
}

/** A route without a key. */
export function definePublicRoute<
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
>(definition: PublicRouteDefinition<P, Q>): AnyRoute {
  return { ...forgetTypes<PublicRouteDefinition>(definition), kind: 'public' };
}

/** `run` keeps its own types inside; whoever mounts it has parsed what is passed in with the schemas beside it. */
function forgetTypes<Erased>(definition: object): Erased {
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions
  return definition as Erased;
}
