import { importOut, importQuery, importRow } from '../../../contracts/http/import';
import { importConversations } from '../../../services/import/import-conversations';
import { readCsv } from '../../../services/import/read-csv';
import { readNdjson } from '../../../services/import/read-ndjson';
import { defineProcessRoute } from '../../route';
import { validate } from '../../validate';

const MOST_BYTES = 64 * 1024 * 1024;

export const importConversationsRoute = defineProcessRoute({
  method: 'post',
  path: '/v1/conversations/import',
  scope: 'write',
  tag: 'Conversations',
  summary: 'Bring many conversations at once',
  description: [
    'Up to 100,000 rows and 64 MB, streamed. Every row needs `externalId`; one that exists changes nothing, so the same',
    'file can be sent again. A row without last message arms nothing. One bad row harms no other.',
    '',
    '`text/csv`: UTF-8, a header row with any of `externalId`, `channel`, `sequence`, `contact.externalId`,',
    '`contact.name`, `contact.email`, `contact.phone`, `contact.timeZone`, `contact.locale`, `contact.attributes.*`,',
    '`lastMessage.direction`, `lastMessage.text`, `lastMessage.sentAt`, `lastMessage.externalId`, `lastMessage.author`,',
    '`variables.*`. An empty cell is an absent field.',
    '',
    '`application/x-ndjson`: each line the body of `POST /v1/conversations`.',
  ].join('\n'),
  query: importQuery,
  stream: { contentTypes: ['text/csv', 'application/x-ndjson'], maxBytes: MOST_BYTES },
  idempotent: false,
  answers: { 200: importOut },
  async run({ stream, contentType, query, transact }) {
    const rows = contentType === 'text/csv' ? readCsv(stream) : readNdjson(stream);
    const readBody = (value: unknown) => validate(importRow, value);
    return {
      status: 200,
      body: await importConversations({ rows, readBody, transact, dryRun: query.dryRun }),
    };
  },
});
