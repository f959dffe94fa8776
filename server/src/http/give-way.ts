import { setImmediate } from 'node:timers/promises';

/**
 * Let waiting requests run before the next step of a long computation.
 *
 * Folding 20,000 stacks that are not known as prefixes takes about 55 ms (2026-11-20). A worker thread would
 * first have to copy the stacks, which takes as long; trees ten times that size would bring it in.
 */
export function giveWay(): Promise<void> {
  return setImmediate();
}
