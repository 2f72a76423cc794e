import type { Paint } from '../embedded/paint';
import type { Engine } from './start-engine';

/** Where everything is while the demo stays up, and what to try. */
export function invitation({ url, apiKey, temporalUi, logFile }: Engine, paint: Paint): string {
  const curl = 'curl -s -H "x-api-key: $KEY"';
  const post = `${curl} -H "content-type: application/json"`;
  return [
    '',
    `${paint.strong('It is all still here.')} Look around; Ctrl-C ends it and leaves nothing behind.`,
    `  API, every route   ${paint.accent(`${url}/docs`)}`,
    `  Temporal Web UI    ${paint.accent(temporalUi)}`,
    `  API key            ${apiKey}`,
    `  Log                ${logFile}`,
    '',
    paint.strong('Try'),
    `  export KEY=${apiKey}`,
    `  ${curl} "${url}/v1/conversations?stage=ghosted&limit=3"`,
    `  ${post} -d '{"contact":{"name":"Ada","phone":"+447700900999"}}' ${url}/v1/conversations`,
    `  ${post} -d '{"by":"1d"}' ${url}/v1/time-machine/fast-forward`,
    paint.dim('Messages that you cause will show up below.'),
    '',
    '',
  ].join('\n');
}
