import { learnHistory, nameWithoutPosition, type ServiceHistory } from '@flamehouse/proto';
import { ComparedRows, sideSums } from '../compare/side-sums.ts';
import type {
  ComparisonStore,
  MinuteFacts,
  MinuteSums,
  SideSelection,
} from '../storage/comparison-store.ts';

/** Read past windows and learn the noise of the service from them; null when they are too few. */
export async function learnFrom(
  windows: readonly (readonly MinuteFacts[])[],
  side: SideSelection,
  comparisons: ComparisonStore,
): Promise<ServiceHistory | null> {
  if (windows.length === 0) return null;
  const sums: MinuteSums[] = [];
  for (const minutes of windows) sums.push(await comparisons.sumMinutes(side, minutes));
  const ids = new Set(sums.flatMap(({ cpu }) => cpu.map(({ functionId }) => functionId)));
  const names = await comparisons.functionNames([...ids]);
  const rows = new ComparedRows();
  for (const { cpu, requests } of sums) {
    for (const { functionId, endpoint } of cpu) {
      const func = names.get(functionId);
      if (func === undefined || func.kind === 'idle') continue;
      rows.addFunction({ ...func, id: functionId, name: nameWithoutPosition(func.name) });
      if (endpoint !== '') rows.addEndpoint(endpoint);
    }
    for (const { endpoint } of requests) rows.addEndpoint(endpoint);
  }
  const sides = windows.map((minutes, i) => sideSums(minutes, sums[i]!, rows));
  return learnHistory(sides, rows.functions);
}
