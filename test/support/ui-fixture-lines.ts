import type { FlamegraphAnswer, FunctionLinesAnswer } from '@flamehouse/proto';
import { linesAnswer } from '../../server/src/routes/lines-answer.ts';

/**
 * The lines of a function's file, folded by the server's own code from the stacks of a flame graph.
 * What is called runs from the third line of its caller on, so that lines differ from definitions.
 */
export function linesOf(
  answer: FlamegraphAnswer,
  functionId: string,
  options: { readonly sourceTemplate: string | null; readonly linesKnown: boolean },
): FunctionLinesAnswer {
  const { nodes, frames } = answer;
  const pathOf = (row: number): number[] =>
    nodes.parent[row]! <= 0 ? [row] : [...pathOf(nodes.parent[row]!), row];
  const rows = nodes.id.flatMap((_, row) => (row > 0 && nodes.self[row]! > 0 ? [row] : []));
  const paths = rows.map(pathOf);
  const siblingsBefore = (row: number): number =>
    nodes.parent.slice(0, row).filter((parent) => parent === nodes.parent[row]).length;
  const ran = (path: readonly number[]): Uint32Array =>
    Uint32Array.from(path, (row, i) => {
      const begin = frames.line[nodes.frame[row]!]!;
      if (!options.linesKnown || begin === 0) return 0;
      return begin + 2 + (path[i + 1] === undefined ? 0 : 1 + siblingsBefore(path[i + 1]!));
    });
  return linesAnswer(
    answer,
    {
      stacks: {
        range: answer,
        tier: answer.tier,
        frames,
        stacks: paths.map((path) => Uint32Array.from(path, (row) => nodes.frame[row]!)),
        values: Float64Array.from(rows, (row) => nodes.self[row]!),
      },
      lines: paths.map(ran),
      releases: [
        { version: '9ab07d3', revision: '' },
        { version: '4f2c1e9', revision: '4f2c1e9' },
      ],
    },
    { functionId, template: options.sourceTemplate },
  );
}
