import { Pool } from 'undici';

/** What the bench says to our API over HTTP, as a customer would. */
export interface AppClient {
  /** Throws on anything but the wanted status. */
  call(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<unknown>;
  /** Sends newline-delimited JSON as it is. */
  upload(path: string, ndjson: string): Promise<unknown>;
  close(): Promise<void>;
}

const CONNECTIONS = 64;
const UPLOAD_LIMIT_MS = 600_000;

export function createAppClient(url: string, apiKey: string): AppClient {
  const pool = new Pool(url, { connections: CONNECTIONS, headersTimeout: UPLOAD_LIMIT_MS });
  async function send(method: 'GET' | 'POST' | 'PUT', path: string, type: string, body: string | null) {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': type };
    const response = await pool.request({ method, path, headers, body });
    const text = await response.body.text();
    if (response.statusCode >= 300) {
      throw new Error(`${method} ${path} was answered ${response.statusCode}: ${text.slice(0, 500)}`);
    }
    const parsed: unknown = JSON.parse(text);
    return parsed;
  }
  return {
    call: (method, path, body) =>
      send(method, path, 'application/json', body === undefined ? null : JSON.stringify(body)),
    upload: (path, ndjson) => send('POST', path, 'application/x-ndjson', ndjson),
    close: () => pool.close(),
  };
}
