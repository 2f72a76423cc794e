// Health check of our containers: ends with 0 when the process answers 200. Usage: node probe.mjs <port> <path>
import { get } from 'node:http';
import process from 'node:process';

const LIMIT_MS = 4_000;
const [port, path] = process.argv.slice(2);
const fail = () => process.exit(1);

get({ host: '127.0.0.1', port, path, timeout: LIMIT_MS }, ({ statusCode }) =>
  process.exit(statusCode === 200 ? 0 : 1),
)
  .on('timeout', fail)
  .on('error', fail);
