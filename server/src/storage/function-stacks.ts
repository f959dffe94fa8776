import type { Condition } from './selection-sql.ts';

/** Stacks that a function is in, or only those that end in it. */
export interface StacksOfFunction {
  readonly functionId: string; // 16 hex
  readonly part: 'self' | 'total';
}

/** Whether a row's stack, of the service that the query binds, has the function. A stack counts once. */
export function stackCondition({ functionId, part }: StacksOfFunction): Condition {
  const frames = `(SELECT groupUniqArray(frame_id) FROM frames WHERE function_id = {functionId: UInt64})`;
  const has =
    part === 'total' ? `hasAny(stacks.frames, ${frames})` : `has(${frames}, stacks.frames[-1])`;
  return {
    sql: `stack_id IN (SELECT stack_id FROM stacks WHERE service = {service: String} AND ${has})`,
    values: { functionId: BigInt(`0x${functionId}`) },
  };
}
