import { formatSelector, type Matcher, parseSelector } from '@flamehouse/proto';

/** A filter in the one form that URLs keep, without what it says about a label. */
export function withoutLabel(filter: string, label: string): string {
  const kept = readSelector(filter).filter(({ name }) => name !== label);
  return kept.length === 0 ? '' : formatSelector(kept);
}

/** A filter that keeps one value of a label, whatever it said about it. */
export function onlyValue(filter: string, label: string, value: string): string {
  const kept = readSelector(filter).filter(({ name }) => name !== label);
  return formatSelector([...kept, { name: label, op: '=', value }]);
}

/** The value that a filter keeps of a label; '' when it keeps others too. */
export const keptValue = (filter: string, label: string): string =>
  readSelector(filter).find(({ name, op }) => name === label && op === '=')?.value ?? '';

function readSelector(filter: string): readonly Matcher[] {
  try {
    return filter === '' ? [] : parseSelector(filter);
  } catch {
    return []; // A filter that the server refuses too: the new one takes its place.
  }
}
