export { type StartOptions, startAgent as start, stopAgent as stop } from './start.ts';
