import type { Random } from './random.ts';
import { costAt, type Place, type Service, spareFunction, totalsAt } from './service.ts';

export type PlantKind = 'none' | 'leaf' | 'inner' | 'subtree' | 'new' | 'gone' | 'renamed';

/** A service with one change, and what is true of it at any mix. */
export interface Planted {
  readonly service: Service; // functions of both versions; places of head
  readonly func: number; // the function to name; -1 when nothing should be found
  readonly share: number; // of the service's CPU that it took before, with its callees
  readonly truthAt: (mix: ArrayLike<number>) => number; // change as a share of the service's base
}

/** Change one thing so that the service takes `size` more of its CPU per request. */
export function plant(base: Service, kind: PlantKind, size: number, random: Random): Planted {
  const truthOf = (head: readonly Place[]) => (mix: ArrayLike<number>) => {
    const sum = (places: readonly Place[]) =>
      places.reduce((all, place) => all + costAt(place, mix), 0);
    return sum(head) / sum(base.places) - 1;
  };
  if (kind === 'none') return { service: base, func: -1, share: 0, truthAt: () => 0 };
  if (kind === 'renamed') return renamed(base, random);
  const service = sum(base.places.map((place) => costAt(place, base.mix)));
  const { places, func } =
    kind === 'new' ? withNew(base, size * service, random) : withChange(base, kind, size, random);
  const totals = totalsAt(base.places, base.mix);
  const before = base.places.map((place, row) => (place.func === func ? totals[row]! : 0));
  const share = sum(before) / service;
  return { service: { ...base, places }, func, share, truthAt: truthOf(places) };
}

function withChange(base: Service, kind: PlantKind, size: number, random: Random) {
  const { places, mix } = base;
  const totals = totalsAt(places, mix);
  const service = sum(places.map((place) => costAt(place, mix)));
  const row = pickPlace(base, kind, totals, service, random);
  const { func } = places[row]!;
  const inside = kind === 'subtree' ? subtreeRows(places, row) : null;
  const own = sum(places.map((place) => (place.func === func ? costAt(place, mix) : 0)));
  const part = inside === null ? own : totals[row]!;
  const factor = kind === 'gone' ? 0 : 1 + (size * service) / part;
  const changes = (place: Place, at: number) =>
    inside === null ? place.func === func : inside.has(at);
  return {
    func,
    places: places.map((place, at) =>
      changes(place, at) ? { ...place, cost: place.cost * factor } : place,
    ),
  };
}

/** A place whose function stands in one endpoint, of a size that such a change happens in. */
function pickPlace(
  { places, mix }: Service,
  kind: PlantKind,
  totals: Float64Array,
  service: number,
  random: Random,
): number {
  const childCount = new Float64Array(places.length);
  const largestChild = new Float64Array(places.length);
  const copies = new Map<number, number>();
  places.forEach(({ func, parent }, row) => {
    copies.set(func, (copies.get(func) ?? 0) + 1);
    if (parent < 0) return;
    childCount[parent]!++;
    largestChild[parent] = Math.max(largestChild[parent]!, totals[row]!);
  });
  const fits = (row: number): boolean => {
    const place = places[row]!;
    const own = costAt(place, mix) / service;
    const total = totals[row]! / service;
    if (place.endpoint < 0 || copies.get(place.func) !== 1) return false;
    if (kind === 'leaf') return childCount[row] === 0 && own > 0.005 && own < 0.2;
    if (kind === 'gone') return childCount[row] === 0 && own > 0.025 && own < 0.08;
    if (kind === 'inner') return childCount[row]! > 0 && own > 0.002 && total < 0.3;
    // A change spread over a subtree is mostly in no one function, neither a child nor its own top.
    return (
      total > 0.05 && total < 0.35 && Math.max(own, largestChild[row]! / service) < 0.7 * total
    );
  };
  const rows = [...places.keys()].filter(fits);
  return rows.length > 0 ? rows[random.below(rows.length)]! : -1;
}

/** Whether the service has a place for this kind of change; else another one is drawn. */
export function canPlant(base: Service, kind: PlantKind, random: Random): boolean {
  if (kind === 'none' || kind === 'new' || kind === 'renamed') return true;
  const service = sum(base.places.map((place) => costAt(place, base.mix)));
  return pickPlace(base, kind, totalsAt(base.places, base.mix), service, random) >= 0;
}

/** A leaf that base does not have. Its row is in the table of functions of both. */
function withNew(base: Service, micros: number, random: Random) {
  const { places, mix } = base;
  const open = [...places.keys()].filter((row) => places[row]!.depth > 5);
  const parent = open[random.below(open.length)]!;
  const { endpoint, depth } = places[parent]!;
  const func = spareFunction(base);
  const cost = micros / mix[endpoint]!;
  return { func, places: [...places, { func, endpoint, parent, depth: depth + 1, cost }] };
}

/** One function of 1 to 10 % gets another name; its cost stays. */
function renamed(base: Service, random: Random): Planted {
  const { places, mix } = base;
  const service = sum(places.map((place) => costAt(place, mix)));
  const rows = [...places.keys()].filter((row) => {
    const own = costAt(places[row]!, mix) / service;
    return places[row]!.endpoint >= 0 && own > 0.01 && own < 0.1;
  });
  const old = places[rows[random.below(rows.length)]!]!.func;
  const func = spareFunction(base);
  const after = places.map((place) => (place.func === old ? { ...place, func } : place));
  return { service: { ...base, places: after }, func: -1, share: 0, truthAt: () => 0 };
}

function subtreeRows(places: readonly Place[], top: number): Set<number> {
  const rows = new Set([top]);
  places.forEach(({ parent }, row) => {
    if (rows.has(parent)) rows.add(row);
  });
  return rows;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
