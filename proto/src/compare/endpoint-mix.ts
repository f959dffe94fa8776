import { ENDPOINT_REQUESTS_MIN, type InstanceSums } from './input.ts';

/** The mix of endpoints at which all groups are compared. */
export interface Mix {
  readonly factor: readonly Float64Array[]; // instance of all groups -> endpoint -> weight of its CPU
  readonly shares: readonly Float64Array[]; // group -> endpoint -> share of the group's requests
  readonly leftOut: readonly number[]; // endpoints that a group has too few requests of
}

/**
 * Weigh endpoints by the mean of the groups' mixes, so that a shift of traffic between endpoints is
 * no change of code.
 *
 * An endpoint that some instance hardly served is taken together with others like it: a cost per
 * request over three requests would be noise. Null when requests were not counted.
 */
export function commonMix(groups: readonly (readonly InstanceSums[])[]): Mix | null {
  const endpointCount = Math.max(
    0,
    ...groups.flatMap((instances) => instances.map(({ requests }) => requests.length)),
  );
  const slots = slotsOf(groups, endpointCount);
  if (slots.every((slot) => slot < 0)) return null;
  const weight = new Float64Array(endpointCount + 1); // slot -> share in the common mix
  for (const instances of groups) {
    const counts = slotCounts(instances, slots);
    const all = counts.reduce((sum, count) => sum + count, 0);
    counts.forEach((count, slot) => {
      weight[slot]! += count / all / groups.length;
    });
  }
  const factor = groups.flat().map((instance) => {
    const counts = slotCounts([instance], slots);
    return Float64Array.from(slots, (slot) => (slot < 0 ? 0 : weight[slot]! / counts[slot]!));
  });
  return {
    factor,
    shares: groups.map((instances) => sharesOf(instances, endpointCount)),
    leftOut: [...slots.keys()].filter(
      (endpoint) => slots[endpoint]! < 0 && groups.some((group) => countOf(group, endpoint) > 0),
    ),
  };
}

/** Endpoint -> slot: its own row, the last row for those taken together, -1 for those left out. */
function slotsOf(groups: readonly (readonly InstanceSums[])[], endpointCount: number): number[] {
  const together = endpointCount;
  const slots = Array.from({ length: endpointCount }, (_, endpoint) => {
    if (groups.some((group) => countOf(group, endpoint) < ENDPOINT_REQUESTS_MIN)) return -1;
    const everywhere = groups.every((group) =>
      group.every(({ requests }) => (requests[endpoint] ?? 0) >= ENDPOINT_REQUESTS_MIN),
    );
    return everywhere ? endpoint : together;
  });
  const served = groups
    .flat()
    .every((instance) => (slotCounts([instance], slots)[together] ?? 0) > 0);
  return served ? slots : slots.map((slot) => (slot === together ? -1 : slot));
}

function slotCounts(instances: readonly InstanceSums[], slots: readonly number[]): Float64Array {
  const counts = new Float64Array(slots.length + 1);
  slots.forEach((slot, endpoint) => {
    if (slot >= 0) counts[slot]! += countOf(instances, endpoint);
  });
  return counts;
}

function sharesOf(instances: readonly InstanceSums[], endpointCount: number): Float64Array {
  const counts = Float64Array.from({ length: endpointCount }, (_, endpoint) =>
    countOf(instances, endpoint),
  );
  const all = counts.reduce((sum, count) => sum + count, 0);
  return all > 0 ? counts.map((count) => count / all) : counts;
}

function countOf(instances: readonly InstanceSums[], endpoint: number): number {
  return instances.reduce((sum, { requests }) => sum + (requests[endpoint] ?? 0), 0);
}
