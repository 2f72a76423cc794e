export { conversation } from './conversation/workflow';
export { reconcile } from './reconcile/workflow';
