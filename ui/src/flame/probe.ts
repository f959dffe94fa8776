import { labelOf, rectOf, type Scene } from './scene.ts';
import { idOf } from './tree.ts';

/** Tests and scripts look at a drawing through this, since a canvas has no elements. */
export interface FlameViewProbe {
  readonly renderer: string;
  readonly lastDrawMs: number;
  readonly drawnCount: number;
  readonly animating: boolean;
  /** By node id, or the one of that name that is drawn widest; in pixels of the page. */
  rectOf(nodeIdOrName: string): { x: number; y: number; width: number; height: number } | null;
  frameAt(x: number, y: number): { id: string; name: string } | null;
  visible(): { id: string; name: string; total: number; depth: number }[];
}

const WIDTH_SEEN_MIN = 0.5;

/** Everything of a probe that follows from the scene alone. */
export function probeScene(
  scene: Scene | null,
  stage: HTMLElement,
  rowAtPoint: (x: number, y: number) => number,
): Pick<FlameViewProbe, 'rectOf' | 'frameAt' | 'visible'> {
  const tree = scene?.tree;
  const nameOf = (row: number): string => (scene === null ? '' : labelOf(scene, row).name);
  const rows = (): number[] => Array.from({ length: tree?.count ?? 0 }, (_, row) => row);
  const widest = (name: string): number =>
    rows()
      .filter((row) => nameOf(row) === name)
      .sort((a, b) => rectOf(scene!, b).w - rectOf(scene!, a).w)[0] ?? -1;
  return {
    rectOf(wanted) {
      const row = tree?.rowOfId.get(wanted) ?? widest(wanted);
      if (scene === null || row < 0) return null;
      const box = stage.getBoundingClientRect();
      const { x, y, w, h } = rectOf(scene, row);
      return { x: box.left + x, y: box.top + y - scene.scrollTop, width: w, height: h };
    },
    frameAt(x, y) {
      const row = rowAtPoint(x, y);
      return row < 0 ? null : { id: idOf(tree!, row), name: nameOf(row) };
    },
    visible: () =>
      scene === null
        ? []
        : rows()
            .filter((row) => rectOf(scene, row).w >= WIDTH_SEEN_MIN)
            .map((row) => ({
              id: idOf(tree!, row),
              name: nameOf(row),
              total: tree!.total[row]!,
              depth: tree!.depth[row]!,
            })),
  };
}
