import { sql } from 'drizzle-orm';
import { defineStatement } from '../../db/define-statement';
import { conversations, episodes, messages } from '../../db/schema';

// The inserts of the hot path, prepared once per connection; columns that are not named keep their defaults.
const value = (name: string) => sql`${sql.placeholder(name)}`;

/** Answers nothing when the external id is taken. `variables` as JSON text. */
export const insertConversation = defineStatement((tx) =>
  tx
    .insert(conversations)
    .values({
      organizationId: value('organizationId'),
      id: value('id'),
      externalId: value('externalId'),
      contactId: value('contactId'),
      channel: value('channel'),
      sequenceName: value('sequenceName'),
      stage: value('stage'),
      stopReason: value('stopReason'),
      episode: value('episode'),
      variables: value('variables'),
      lastInboundAt: value('lastInboundAt'),
      createdAt: value('createdAt'),
      updatedAt: value('createdAt'),
    })
    .onConflictDoNothing()
    .returning()
    .prepare('insert_conversation'),
);

export const insertEpisode = defineStatement((tx) =>
  tx
    .insert(episodes)
    .values({
      organizationId: value('organizationId'),
      conversationId: value('conversationId'),
      number: value('number'),
      sequenceId: value('sequenceId'),
      state: value('state'),
      stopReason: value('stopReason'),
      openedAt: value('openedAt'),
      anchorAt: value('anchorAt'),
      lastStepAt: value('lastStepAt'),
      nextKind: value('nextKind'),
      nextStep: value('nextStep'),
      nextDueAt: value('nextDueAt'),
      deferredBy: value('deferredBy'),
      endedAt: value('endedAt'),
      revision: value('revision'),
      updatedAt: value('updatedAt'),
    })
    .returning()
    .prepare('insert_episode'),
);

export const insertMessageRow = defineStatement((tx) =>
  tx
    .insert(messages)
    .values({
      organizationId: value('organizationId'),
      id: value('id'),
      conversationId: value('conversationId'),
      episode: value('episode'),
      externalId: value('externalId'),
      direction: value('direction'),
      author: value('author'),
      text: value('text'),
      sentAt: value('sentAt'),
      createdAt: value('createdAt'),
    })
    .returning()
    .prepare('insert_message'),
);
