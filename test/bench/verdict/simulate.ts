import type { SideSums } from '../../../proto/src/compare/index.ts';
import type { NoiseSettings } from './noise-settings.ts';
import type { Random } from './random.ts';
import { ENDPOINTS, REQUEST_MICROS, type Service } from './service.ts';
import { type ProcessSums, sumSides } from './sum-sides.ts';

const TICK_MICROS = 1e6 / 99;

/** What stays with a process for its life. */
export interface Process {
  readonly common: number; // logarithm of its factor
  readonly func: Float64Array; // function -> logarithm of its factor
  readonly load: number; // factor of its traffic
}

/** What holds for all processes of one time. */
export interface Time {
  readonly common: number;
  readonly func: Float64Array;
  readonly mix: readonly number[];
  readonly load: number; // factor of the usual traffic
}

/** What belongs to the functions of a service in any time and process. */
export interface Traits {
  readonly elasticity: Float64Array; // function -> d ln(cost) / d ln(load)
  readonly processScale: Float64Array; // function -> its noise between processes over the usual one
  readonly timeScale: Float64Array;
  readonly warmUp: Float64Array; // function -> extra cost at the start of head
}

export function drawTraits(service: Service, noise: NoiseSettings, random: Random): Traits {
  const each = (draw: () => number) => Float64Array.from(service.functions, draw);
  return {
    elasticity: each(() => random.normal(noise.elasticity)),
    processScale: each(() => random.logNormal(0.5)),
    timeScale: each(() => random.logNormal(0.5)),
    warmUp: each(() => noise.warmUp * random.logNormal(0.5)),
  };
}

export function drawProcess(
  service: Service,
  noise: NoiseSettings,
  traits: Traits,
  random: Random,
): Process {
  return {
    common: random.normal(noise.commonMachine),
    func: Float64Array.from(service.functions, ({ kind }, func) =>
      random.normal(
        kind === 'gc' ? noise.gcProcess : noise.functionProcess * traits.processScale[func]!,
      ),
    ),
    load: random.logNormal(noise.loadSpread),
  };
}

export interface TimeOptions {
  readonly service: Service;
  readonly noise: NoiseSettings;
  readonly traits: Traits;
  readonly load: number;
}

export function drawTime({ service, noise, traits, load }: TimeOptions, random: Random): Time {
  const mix = service.mix.map((share) => share * random.logNormal(noise.mixWindow));
  const sum = mix.reduce((all, share) => all + share, 0);
  return {
    common: random.normal(noise.commonWindow),
    func: Float64Array.from(service.functions, ({ kind }, func) =>
      random.normal(
        kind === 'gc' ? noise.gcWindow : noise.functionWindow * traits.timeScale[func]!,
      ),
    ),
    mix: mix.map((share) => share / sum),
    load,
  };
}

export interface WindowOptions {
  readonly service: Service;
  readonly noise: NoiseSettings;
  readonly traits: Traits;
  readonly time: Time;
  readonly processes: readonly Process[];
  readonly cuts: readonly number[]; // kept minutes at which the sums so far are given
  readonly fresh: boolean; // the processes have just started
}

/** Profiles of one side, summed over its first minutes: one result for each cut. */
export function simulateWindow(options: WindowOptions, random: Random): SideSums[] {
  const runs = options.processes.map((process) => runProcess(options, process, random));
  return options.cuts.map((_, cut) =>
    sumSides(
      options.service,
      runs.map((run) => run[cut]!),
      options.cuts[cut]!,
    ),
  );
}

function runProcess(options: WindowOptions, process: Process, random: Random): ProcessSums[] {
  const { service, noise, cuts } = options;
  const { places } = service;
  const fixed = fixedFactors(options, process);
  const wobble = Float64Array.from(service.functions, () => random.normal());
  let common = random.normal();
  const requests = new Float64Array(ENDPOINTS);
  const ticks = new Float64Array(places.length);
  const pending = new Float64Array(places.length); // CPU since the last cut
  let cpuMicros = 0;
  const sums: ProcessSums[] = [];
  for (let minute = 0; minute < cuts.at(-1)!; minute++) {
    const served = serve(options, process, random);
    const spread = served.map((count) => 1 + (count > 0 ? random.normal(1 / Math.sqrt(count)) : 0));
    common = 0.6 * common + random.normal(0.8);
    const level = Math.exp(noise.commonMinute * common);
    const warm = options.fresh ? Math.exp(-(minute + 0.5 + noise.warmUpMinutes)) : 0;
    for (let func = 0; func < wobble.length; func++) {
      wobble[func] = 0.5 * wobble[func]! + random.normal(Math.sqrt(0.75));
    }
    const counts = countsOf(served, spread, usualLoad(noise));
    places.forEach((place, row) => {
      const { func, cost } = place;
      if (cost === 0) return;
      const gc = service.functions[func]!.kind === 'gc';
      const sd = gc ? noise.gcMinute : noise.functionMinute;
      const wobbling = Math.exp(sd * wobble[func]!) * (1 + warm * options.traits.warmUp[func]!);
      const micros = cost * counts(place.endpoint, gc) * fixed[func]! * level * wobbling;
      pending[row]! += Math.max(0, micros);
      cpuMicros += Math.max(0, micros);
    });
    served.forEach((count, endpoint) => {
      requests[endpoint]! += count;
    });
    if (!cuts.includes(minute + 1)) continue;
    pending.forEach((micros, row) => {
      ticks[row]! += random.poisson(micros / TICK_MICROS);
    });
    pending.fill(0);
    sums.push({ cpuMicros, requests: requests.slice(), ticks: ticks.slice() });
  }
  return sums;
}

/** How often a place runs in a minute: by its endpoint's requests, GC by all, background by time. */
function countsOf(served: readonly number[], spread: readonly number[], usual: number) {
  const all = served.reduce((sum, count) => sum + count, 0);
  return (endpoint: number, gc: boolean): number => {
    if (endpoint >= 0) return served[endpoint]! * spread[endpoint]!;
    return gc ? all : usual;
  };
}

/** Requests of one minute at the utilisation that the settings name. */
function usualLoad({ utilisation }: NoiseSettings): number {
  return (utilisation * 60e6) / REQUEST_MICROS;
}

/** Endpoint -> requests of one minute. */
function serve({ noise, time }: WindowOptions, process: Process, random: Random): number[] {
  const mean = usualLoad(noise) * time.load * process.load;
  const shares = time.mix.map((share) => share * random.logNormal(noise.mixMinute));
  const sum = shares.reduce((all, share) => all + share, 0);
  return shares.map((share) => random.poisson((mean * share) / sum));
}

/** Function -> what its cost is multiplied by in this process and time. */
function fixedFactors({ noise, time, traits }: WindowOptions, process: Process): Float64Array {
  const logLoad = Math.log(time.load * process.load);
  return process.func.map((own, func) =>
    Math.exp(
      own +
        time.func[func]! +
        process.common +
        time.common +
        (noise.commonElasticity + traits.elasticity[func]!) * logLoad,
    ),
  );
}
