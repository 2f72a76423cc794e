import type { AnyRoute } from '../route';
import { createApiKeyRoute } from './api-keys/create-api-key';
import { listApiKeysRoute } from './api-keys/list-api-keys';
import { revokeApiKeyRoute } from './api-keys/revoke-api-key';
import { configureEmailRoute } from './channels/configure-email';
import { configureWebhookRoute } from './channels/configure-webhook';
import { listChannelsRoute } from './channels/list-channels';
import { rotateWebhookSecretRoute } from './channels/rotate-webhook-secret';
import { changeContactRoute } from './contacts/change-contact';
import { getContactRoute } from './contacts/get-contact';
import { listContactsRoute } from './contacts/list-contacts';
import { optInContactRoute } from './contacts/opt-in-contact';
import { optOutContactRoute } from './contacts/opt-out-contact';
import {
  reopenConversationRoute,
  resumeConversationRoute,
  sendNowRoute,
  skipStepRoute,
} from './conversations/commands';
import { createConversationRoute } from './conversations/create';
import { decisionsRoute } from './conversations/decisions';
import { listDueRoute } from './conversations/due';
import { getConversationRoute } from './conversations/get';
import { listConversationsRoute } from './conversations/list';
import { pauseConversationRoute } from './conversations/pause';
import { recordMessageRoute } from './conversations/record-message';
import { stopConversationRoute } from './conversations/stop';
import { timelineRoute } from './conversations/timeline';
import { importConversationsRoute } from './import/import-conversations';
import { healthRoute } from './operations/health';
import { metricsRoute } from './operations/metrics';
import { readinessRoute, type Probes } from './operations/readiness';
import { changeOrganizationRoute } from './organization/change-organization';
import { getOrganizationRoute } from './organization/get-organization';
import { getSequenceRoute } from './sequences/get-sequence';
import { listSequenceVersionsRoute } from './sequences/list-sequence-versions';
import { listSequencesRoute } from './sequences/list-sequences';
import { publishSequenceRoute } from './sequences/publish-sequence';
import { simulateSequenceRoute } from './sequences/simulate-sequence';
import { getTemplateRoute } from './templates/get-template';
import { listTemplatesRoute } from './templates/list-templates';
import { previewTemplateRoute } from './templates/preview-template';
import { publishTemplateRoute } from './templates/publish-template';
import { fastForwardRoute } from './time-machine/fast-forward';
import { showUnsubscribeRoute, unsubscribeRoute } from './unsubscribe/unsubscribe';

/** What the routes about this process itself look at. */
export interface OperationsDependencies {
  probes: Probes;
  renderMetrics(): Promise<{ contentType: string; text: string }>;
}

/** Every route of the contract, in the order of its documentation. */
export function allRoutes(operations: OperationsDependencies): AnyRoute[] {
  return [
    createConversationRoute,
    listConversationsRoute,
    listDueRoute,
    getConversationRoute,
    recordMessageRoute,
    stopConversationRoute,
    reopenConversationRoute,
    pauseConversationRoute,
    resumeConversationRoute,
    skipStepRoute,
    sendNowRoute,
    timelineRoute,
    decisionsRoute,
    importConversationsRoute,
    ...settingsRoutes,
    fastForwardRoute,
    healthRoute,
    readinessRoute(operations.probes),
    metricsRoute(operations.renderMetrics),
  ];
}

/** What is said to whom, when, and by whom it may be changed. */
const settingsRoutes: AnyRoute[] = [
  publishSequenceRoute,
  listSequencesRoute,
  getSequenceRoute,
  listSequenceVersionsRoute,
  simulateSequenceRoute,
  publishTemplateRoute,
  listTemplatesRoute,
  getTemplateRoute,
  previewTemplateRoute,
  getOrganizationRoute,
  changeOrganizationRoute,
  listContactsRoute,
  getContactRoute,
  changeContactRoute,
  optOutContactRoute,
  optInContactRoute,
  configureWebhookRoute,
  rotateWebhookSecretRoute,
  configureEmailRoute,
  listChannelsRoute,
  createApiKeyRoute,
  listApiKeysRoute,
  revokeApiKeyRoute,
  showUnsubscribeRoute,
  unsubscribeRoute,
];
