import { formatTransformStep, parseTransformStep, type TransformStep } from '@flamehouse/proto';

/** A step of a view with the name to say for it: a function that a step takes out is not in the data any more. */
export interface ViewStep {
  readonly step: TransformStep;
  readonly name: string; // '' for steps without a function
}

/** As many as the server takes. */
const STEPS_MAX = 16;
const NAME_MAX = 200;

/** `only:9f…~deserializeConfig`, as `x` holds it; what is no step is left out. */
export function parseSteps(texts: readonly string[]): readonly ViewStep[] {
  const steps = texts.flatMap((text) => {
    const at = text.indexOf('~');
    const step = readStep(at < 0 ? text : text.slice(0, at));
    if (step === null) return [];
    const name = 'functionId' in step && at >= 0 ? text.slice(at + 1, at + 1 + NAME_MAX) : '';
    return [{ step, name }];
  });
  return steps.slice(0, STEPS_MAX);
}

function readStep(text: string): TransformStep | null {
  try {
    return parseTransformStep(text);
  } catch {
    return null; // An old or mistyped link still opens.
  }
}

export const formatSteps = (steps: readonly ViewStep[]): string[] =>
  steps.map(({ step, name }) => {
    const text = formatTransformStep(step);
    return name === '' ? text : `${text}~${name.slice(0, NAME_MAX)}`;
  });

/** The steps as the API takes them. */
export const stepTexts = (steps: readonly ViewStep[]): string[] =>
  steps.map(({ step }) => formatTransformStep(step));

/** A step once more changes nothing, and one kind of group replaces the other. */
export function addStep(steps: readonly ViewStep[], added: ViewStep): readonly ViewStep[] {
  const text = formatTransformStep(added.step);
  const kept = steps.filter(
    ({ step }) =>
      formatTransformStep(step) !== text && (step.does !== 'group' || added.step.does !== 'group'),
  );
  return [...kept, added].slice(-STEPS_MAX);
}

export const hasStep = (steps: readonly ViewStep[], step: TransformStep): boolean =>
  steps.some((known) => formatTransformStep(known.step) === formatTransformStep(step));

const KINDS = {
  user: 'your code',
  dependency: 'packages',
  runtime: 'node',
  gc: 'GC',
  native: 'native',
  idle: 'idle',
  agent: 'the agent',
} as const;

/** A step in words: a verb, and what it is about. */
export function sayStep({ step, name }: ViewStep): {
  readonly verb: string;
  readonly what: string;
} {
  switch (step.does) {
    case 'hide':
      return { verb: 'hide', what: KINDS[step.kind] };
    case 'collapse':
      return { verb: 'collapse', what: 'recursion' };
    case 'group':
      return { verb: 'by', what: step.by };
    default:
      return { verb: VERBS[step.does], what: name || step.functionId };
  }
}

const VERBS = { only: 'only through', not: 'not through', from: 'from', merge: 'without' } as const;
