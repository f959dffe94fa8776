export { LabelError } from './run-with-labels.ts';
export {
  runWithLabels,
  type StartOptions,
  startAgent as start,
  stopAgent as stop,
} from './start.ts';
