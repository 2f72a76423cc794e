// THE JUDGE of tests, proofs and bench: a provider that writes down what reached it. In this process, or one of its own:
//   tsx test/support/recording-provider.ts --port 0 --smtp-port 0     prints {"port", "smtpPort", "url", "smtpUrl"}
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseArgs } from 'node:util';
import { controlSchema, createBehaviours, type Control } from './recording-behaviour';
import { readBody, startRecordingHttp } from './recording-http';
import { createLedger, type ProviderRecord, type ProviderStats } from './recording-ledger';
import { startRecordingSmtp } from './recording-smtp';

const DEFAULT_PAGE = 20_000;

export interface RecordingProvider {
  port: number;
  smtpPort: number;
  /** Where webhooks go; any path below it will do. */
  url: string;
  smtpUrl: string;
  control(control: Control): void;
  records(): readonly ProviderRecord[];
  stats(): ProviderStats;
  /** Forgets all records; behaviour stays. */
  clear(): void;
  close(): Promise<void>;
}

/** Ports default to free ones. `keepBodies` also keeps HTTP bodies and raw mails: for a demo, not for a bench. */
export async function startRecordingProvider(
  options: { port?: number; smtpPort?: number; keepBodies?: boolean } = {},
): Promise<RecordingProvider> {
  const ledger = createLedger();
  const behaviours = { http: createBehaviours(), smtp: createBehaviours() };
  const keepBodies = options.keepBodies ?? false;
  const control = (input: unknown) => {
    const checked = controlSchema.parse(input);
    behaviours[checked.side].set(checked);
  };
  const shared = { ledger, keepBodies };
  const http = await startRecordingHttp({
    ...shared,
    port: options.port ?? 0,
    behaviours: behaviours.http,
    control: (request, response) => serveControl({ ...ledger, control }, request, response),
  });
  const smtp = await startRecordingSmtp({
    ...shared,
    port: options.smtpPort ?? 0,
    behaviours: behaviours.smtp,
  });
  return {
    port: http.port,
    smtpPort: smtp.port,
    url: `http://127.0.0.1:${http.port}/hook`,
    smtpUrl: `smtp://127.0.0.1:${smtp.port}`,
    control,
    records: ledger.records,
    stats: ledger.stats,
    clear: ledger.clear,
    close: async () => {
      await Promise.all([http.close(), smtp.close()]);
    },
  };
}

type Controlled = Pick<RecordingProvider, 'records' | 'stats' | 'clear'> & { control(input: unknown): void };

/** POST /control · GET /records?from=&limit= (by seq; `next` null at the end) · DELETE /records · GET /stats */
function serveControl(provider: Controlled, request: IncomingMessage, response: ServerResponse): boolean {
  const url = new URL(request.url ?? '/', 'http://provider');
  const answer = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  switch (`${request.method} ${url.pathname}`) {
    case 'POST /control':
      readBody(request)
        .then((body) => provider.control(JSON.parse(body)))
        .then(
          () => answer(200, {}),
          (error: unknown) => answer(422, { error: String(error) }),
        );
      return true;
    case 'GET /records':
      answer(200, page(provider.records(), url.searchParams));
      return true;
    case 'DELETE /records':
      provider.clear();
      answer(200, {});
      return true;
    case 'GET /stats':
      answer(200, provider.stats());
      return true;
    default:
      return false;
  }
}

function page(records: readonly ProviderRecord[], params: URLSearchParams) {
  const from = Number(params.get('from') ?? 0);
  const limit = Number(params.get('limit') ?? DEFAULT_PAGE);
  const rest = records.filter(({ seq }) => seq >= from);
  const next = rest[limit]?.seq ?? null;
  return { records: rest.slice(0, limit), next, total: records.length };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'smtp-port': { type: 'string', default: '0' },
      'keep-bodies': { type: 'boolean', default: false },
    },
  });
  const provider = await startRecordingProvider({
    port: Number(values.port),
    smtpPort: Number(values['smtp-port']),
    keepBodies: values['keep-bodies'],
  });
  const { port, smtpPort, url, smtpUrl } = provider;
  process.stdout.write(`${JSON.stringify({ port, smtpPort, url, smtpUrl })}\n`);
  const stop = () => void provider.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
}

if (require.main === module) void main();
