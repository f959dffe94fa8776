import type { CallEdges, ComparedFunction } from '../../../proto/src/compare/index.ts';
import type { Random } from './random.ts';

/** A place of a function in the call tree of an endpoint. */
export interface Place {
  readonly func: number;
  readonly endpoint: number; // -1 for background and GC
  readonly parent: number; // place -> place of the caller, always a smaller row; -1 for a root
  readonly depth: number;
  readonly cost: number; // own CPU in microseconds for each request of the endpoint, or of any
}

/** A made-up service: its functions, its endpoints and who calls whom. */
export interface Service {
  readonly functions: readonly ComparedFunction[];
  readonly endpoints: readonly string[];
  readonly mix: readonly number[]; // endpoint -> share of requests
  readonly places: readonly Place[];
}

export const ENDPOINTS = 6;
export const REQUEST_MICROS = 5000;
const ROOTS = 5;
const SHARED = 0.15;
const GC = 0.08;
const BACKGROUND = 0.03;
const DEPTH_MAX = 24;
const LIGHT_FIRST = 1;

/** Zipf costs on a tree for each endpoint, under shared roots, with leaves that endpoints share. */
export function makeService(functionCount: number, random: Random): Service {
  const mix = random.dirichlet(ENDPOINTS, 3);
  const names = (count: number, name: string) => Array.from({ length: count }, () => name);
  const kinds = [
    ...names(ROOTS, 'runtime'),
    ...names(functionCount - ROOTS - 2, 'user'),
    'gc',
    'runtime',
    'user', // stands nowhere: a version may add it
  ];
  const functions = kinds.map((kind, func) => ({
    id: `f${func}`,
    name: `f${func}`,
    file: 'src/app.ts',
    kind: kind as ComparedFunction['kind'],
  }));
  const places: Place[] = [];
  const own = functionCount - ROOTS - 2;
  const ranks = random.shuffled(own);
  const harmonic = ranks.reduce((sum, rank) => sum + 1 / (rank + 1), 0);
  const share = (i: number) => (1 - GC - BACKGROUND) / harmonic / (ranks[i]! + 1);
  const byEndpoint: number[][] = Array.from({ length: ENDPOINTS }, () => addRoots(places));
  for (const i of lightFirst(own, share, random)) {
    const shared = random.uniform() < SHARED;
    const homes = shared
      ? random.shuffled(ENDPOINTS).slice(0, 2 + random.below(3))
      : [random.pick(mix)];
    const weight = homes.reduce((sum, endpoint) => sum + mix[endpoint]!, 0);
    for (const endpoint of homes) {
      const cost = (share(i) * REQUEST_MICROS) / weight;
      const row = addPlace(places, byEndpoint[endpoint]!, endpoint, ROOTS + i, cost, random);
      if (!shared) byEndpoint[endpoint]!.push(row);
    }
  }
  const alone = { endpoint: -1, parent: -1, depth: 0 };
  places.push({ ...alone, func: functionCount - 2, cost: GC * REQUEST_MICROS });
  places.push({ ...alone, func: functionCount - 1, cost: BACKGROUND * REQUEST_MICROS });
  const endpoints = mix.map((_, endpoint) => `GET /e${endpoint}`);
  return { functions, endpoints, mix, places };
}

/** Mostly light functions first, so that heavy ones stand deep and most callers do little themselves. */
function lightFirst(count: number, share: (i: number) => number, random: Random): number[] {
  const keys = Array.from(
    { length: count },
    (_, i) => Math.log(share(i)) + random.normal(LIGHT_FIRST),
  );
  return [...keys.keys()].sort((a, b) => keys[a]! - keys[b]!);
}

/** The chain of shared root frames of the next endpoint; only its last can be called from. */
function addRoots(places: Place[]): number[] {
  const endpoint = places.length / ROOTS;
  for (let depth = 0; depth < ROOTS; depth++) {
    const parent = depth === 0 ? -1 : places.length - 1;
    places.push({ func: depth, endpoint, parent, depth, cost: 0 });
  }
  return [places.length - 1];
}

/** Hang a function below the deeper of two places, so that trees come out about 9 deep. */
function addPlace(
  places: Place[],
  open: readonly number[],
  endpoint: number,
  func: number,
  cost: number,
  random: Random,
): number {
  const candidates = [0, 1].map(() => open[random.below(open.length)]!);
  const [first, second] = candidates as [number, number];
  const deeper = places[first]!.depth >= places[second]!.depth ? first : second;
  const parent = places[deeper]!.depth < DEPTH_MAX - 1 ? deeper : open[0]!;
  return places.push({ func, endpoint, parent, depth: places[parent]!.depth + 1, cost }) - 1;
}

/** The function that no place of a fresh service has. */
export function spareFunction({ functions }: Service): number {
  return functions.length - 1;
}

/** Place -> cost of it and all below, for each request of any endpoint at `mix`. */
export function totalsAt(places: readonly Place[], mix: ArrayLike<number>): Float64Array {
  const total = Float64Array.from(places, (place) => costAt(place, mix));
  for (let row = places.length - 1; row >= 0; row--) {
    const { parent } = places[row]!;
    if (parent >= 0) total[parent]! += total[row]!;
  }
  return total;
}

export function costAt({ endpoint, cost }: Place, mix: ArrayLike<number>): number {
  return endpoint < 0 ? cost : cost * mix[endpoint]!;
}

/** Calls of both versions; a version without the place gives 0. */
export function edgesOf(before: Service, after: Service): CallEdges {
  const edges = new Map<string, [caller: number, callee: number, base: number, head: number]>();
  [before, after].forEach(({ places, mix }, side) => {
    const totals = totalsAt(places, mix);
    places.forEach(({ func, parent }, row) => {
      if (parent < 0 || totals[row] === 0) return;
      const caller = places[parent]!.func;
      const edge = edges.get(`${caller} ${func}`) ?? [caller, func, 0, 0];
      edge[2 + side]! += totals[row]!;
      edges.set(`${caller} ${func}`, edge);
    });
  });
  const all = [...edges.values()];
  return {
    caller: all.map((edge) => edge[0]),
    callee: all.map((edge) => edge[1]),
    baseMicros: all.map((edge) => edge[2]),
    headMicros: all.map((edge) => edge[3]),
  };
}
