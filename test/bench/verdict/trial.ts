import {
  type CompareInput,
  type Comparison,
  compare,
  learnHistory,
  type SideSums,
} from '../../../proto/src/compare/index.ts';
import { canPlant, type Planted, plant } from './plant.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenarios.ts';
import { edgesOf, makeService, type Service } from './service.ts';
import { drawProcess, drawTime, drawTraits, simulateWindow } from './simulate.ts';

/** One simulated deploy, ready to be compared at each cut. */
export interface Trial {
  readonly planted: Planted;
  readonly inputs: readonly CompareInput[]; // cut -> input with history
}

export const HISTORY_WINDOWS = 12;
const HISTORY_LOAD_SPREAD = 0.3;

/** The same seed gives the same deploy. */
export function makeTrial(scenario: Scenario, seed: number, cuts = [scenario.minutes]): Trial {
  const random = new Random(seed);
  const base = drawService(scenario, random);
  const planted = plant(base, scenario.plant, scenario.size, random);
  const { noise, instances, minutes } = scenario;
  const traits = drawTraits(base, noise, random);
  const newProcesses = () =>
    Array.from({ length: instances }, () => drawProcess(base, noise, traits, random));
  const before = newProcesses();
  const windowAt = (load: number) => drawTime({ service: base, noise, traits, load }, random);
  const run = { service: base, noise, traits, processes: before, fresh: false };
  const past = Array.from({ length: HISTORY_WINDOWS }, () => {
    const time = windowAt(random.logNormal(HISTORY_LOAD_SPREAD));
    return simulateWindow({ ...run, time, cuts: [minutes] }, random)[0]!;
  });
  const baseTime = windowAt(1);
  const headTime = scenario.canary ? baseTime : windowAt(scenario.headLoad);
  const baseSides = simulateWindow({ ...run, time: baseTime, cuts }, random);
  const after = { service: planted.service, processes: newProcesses(), fresh: true };
  const headSides = simulateWindow({ ...run, ...after, time: headTime, cuts }, random);
  const shared = {
    functions: base.functions,
    endpoints: base.endpoints,
    edges: edgesOf(base, planted.service),
    simultaneous: scenario.canary,
    history: learnHistory(past, base.functions),
    asked: cuts.length > 1 ? ('looks' as const) : ('once' as const),
  };
  const inputs = cuts.map((_, i) => ({ ...shared, base: baseSides[i]!, head: headSides[i]! }));
  return { planted, inputs };
}

/** A service that has a place for the change that the scenario plants. */
function drawService({ functions, plant: kind }: Scenario, random: Random): Service {
  for (let attempt = 0; attempt < 50; attempt++) {
    const service = makeService(functions, random);
    if (canPlant(service, kind, random)) return service;
  }
  throw new Error(`no service of ${functions} functions has a place for ${kind}`);
}

/** What one comparison said, next to what is true. */
export interface Outcome {
  readonly alarm: boolean; // service, any function, or everything alike differs
  readonly verdict: Comparison['verdict']['state'];
  readonly found: boolean; // the verdict has the right sign
  readonly first: boolean; // and the right function is named first
  readonly covers: boolean; // the interval holds the truth
  readonly halfWidth: number;
  readonly service: boolean;
  readonly common: boolean;
  readonly functions: number; // flagged
  readonly smallest: number;
  readonly codeError: number; // S less the truth
  readonly share: number; // of the service that the changed function took before
}

export function judgeTrial({ planted, inputs }: Trial, withHistory: boolean): Outcome[] {
  return inputs.map((input) => {
    const comparison = compare(withHistory ? input : { ...input, history: null });
    return outcomeOf(comparison, planted, usedMix(input));
  });
}

function outcomeOf(comparison: Comparison, planted: Planted, mix: readonly number[]): Outcome {
  const { origins, code, common, verdict, functions, smallest } = comparison;
  const truth = planted.truthAt(mix);
  const right = truth > 0 ? 'more' : 'less';
  const flagged = functions.filter(({ self, total }) => self.flagged || total.flagged).length;
  const named = functions.find((one) => one.func === planted.func);
  const interval = planted.func < 0 ? code : named?.total;
  const [low, high] = [interval?.low ?? Number.NaN, interval?.high ?? Number.NaN];
  return {
    alarm: origins.length > 0 || flagged > 0 || code.flagged || common.flagged,
    verdict: verdict.state,
    found: planted.func >= 0 && verdict.state === right,
    first: planted.func >= 0 && origins[0]?.func === planted.func,
    covers: low <= truth && truth <= high,
    halfWidth: (high - low) / 2,
    service: code.flagged,
    common: common.flagged,
    functions: flagged,
    smallest: smallest.ofService,
    codeError: code.change - truth,
    share: planted.share,
  };
}

/** The mix of endpoints that the comparison uses: the mean of both sides'. */
function usedMix({ base, head, endpoints }: CompareInput): number[] {
  const shares = ({ instances }: SideSums) => {
    const counts = endpoints.map((_, endpoint) =>
      instances.reduce((sum, { requests }) => sum + requests[endpoint]!, 0),
    );
    const all = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count) => count / all);
  };
  const [before, after] = [shares(base), shares(head)];
  return before.map((share, endpoint) => (share + after[endpoint]!) / 2);
}
