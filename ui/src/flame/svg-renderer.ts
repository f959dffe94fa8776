import flamegraph, { type FlameChart, type FlameDatum, type FlameNode } from 'd3-flame-graph';
import { select } from 'd3-selection';
import { readFonts } from './canvas-renderer.ts';
import { HighlightLayer } from './highlight-layer.ts';
import { fitLabel } from './labels.ts';
import type { FlameRenderer } from './renderer.ts';
import {
  FRAME_WIDTH_MIN,
  fillOf,
  gapOf,
  type Highlights,
  isBold,
  isQuiet,
  isRest,
  labelOf,
  ROW_HEIGHT,
  ROW_PITCH,
  rectOf,
  type Scene,
  yOf,
} from './scene.ts';
import { type FlameTree, pathTo } from './tree.ts';

/** Our own copy of a tree: the library writes `hide` and `fade` into what it is given. */
interface Datum extends FlameDatum {
  readonly row: number;
  readonly children: Datum[];
}

const SVG = 'http://www.w3.org/2000/svg';
let hatches = 0;

/**
 * d3-flame-graph behind the same interface, for trees of up to about 2,000 frames.
 *
 * It joins frames to elements and moves them; everything else is ours, because of its faults:
 * it is called once and then updated (a second call wraps its data again), its zoom leaves callers
 * hidden, its labels and percentages are of the zoomed frame, its search throws on `foo(`, its height
 * stays that of the first tree, and it has neither keyboard nor roles. Events go to FlameView, which
 * finds frames by geometry, so its click and hover handlers never run.
 */
export class SvgRenderer implements FlameRenderer {
  readonly name = 'svg';
  readonly ownMotion = true;
  private readonly host = document.createElement('div');
  private readonly hatch = hatchDefinition();
  private readonly over: HighlightLayer;
  private chart: FlameChart<Datum> | null = null;
  private drawn: Scene | null = null;
  private data: Datum[] = []; // row ->
  private advance = 0;
  private turned = false; // the root is at the bottom

  constructor(private readonly stage: HTMLElement) {
    this.host.className = 'flame-svg';
    stage.classList.add('clipped');
    stage.append(this.hatch.element, this.host);
    this.over = new HighlightLayer(stage);
  }

  draw(scene: Scene, motionMs: number): number {
    const last = this.drawn;
    this.drawn = scene;
    const moved =
      last?.tree !== scene.tree ||
      last.focus !== scene.focus ||
      last.width !== scene.width ||
      last.rootAtBottom !== scene.rootAtBottom;
    if (last?.palette !== scene.palette) this.retheme(scene);
    if (moved) this.layOut(scene, last?.tree !== scene.tree, motionMs);
    const top = yOf(scene, scene.rootAtBottom ? scene.tree.depthMax : 0);
    this.host.style.transform = `translateY(${top - scene.scrollTop}px)`;
    return moved || !samePaint(last!, scene)
      ? this.paint(scene)
      : this.host.querySelectorAll('g').length;
  }

  highlight(scene: Scene, highlights: Highlights): void {
    this.over.draw(scene, highlights);
  }

  destroy(): void {
    this.chart?.destroy();
    this.stage.classList.remove('clipped');
    this.stage.replaceChildren();
  }

  private retheme(scene: Scene): void {
    this.hatch.recolour(scene.palette.hatch, scene.palette.canvas);
    const pen = document.createElement('canvas').getContext('2d')!;
    this.advance = readFonts(pen, scene.palette).advance;
  }

  private layOut(scene: Scene, newTree: boolean, motionMs: number): void {
    if (newTree) this.data = copyTree(scene.tree);
    if (this.chart !== null && this.turned !== scene.rootAtBottom) {
      this.chart.destroy();
      this.host.replaceChildren();
      this.chart = null;
      if (!newTree) this.data = copyTree(scene.tree);
    }
    markFocus(scene.tree, this.data, scene.focus);
    const root = this.data[0];
    if (root === undefined) return;
    const height = (scene.tree.depthMax + 1) * ROW_PITCH;
    if (this.chart === null) {
      this.turned = scene.rootAtBottom;
      this.chart = makeChart(height, !scene.rootAtBottom).width(scene.width);
      select(this.host).datum(root).call(this.chart);
    } else {
      this.chart.width(scene.width).height(height).transitionDuration(motionMs);
      this.chart.update(newTree ? root : undefined);
    }
    this.host.querySelector('svg')?.setAttribute('height', String(height));
    // Its own labels come late, in a transition; ours are written by `paint`.
    const labels = select(this.host).selectAll('.d3-flame-graph-label');
    (labels as typeof labels & { interrupt(): void }).interrupt();
  }

  private paint(scene: Scene): number {
    this.host.classList.toggle('searching', scene.match !== null);
    const groups = this.host.querySelectorAll<SVGGElement>('g');
    for (const group of groups) {
      const node = (group as SVGGElement & { __data__: FlameNode<Datum> }).__data__;
      paintFrame(group, scene, node.data.row, this.advance, this.hatch.id);
    }
    return groups.length;
  }
}

const samePaint = (a: Scene, b: Scene): boolean =>
  a.palette === b.palette && a.match === b.match && a.emphasis === b.emphasis;

function makeChart(height: number, rootOnTop: boolean): FlameChart<Datum> {
  return flamegraph<Datum>()
    .height(height)
    .cellHeight(ROW_PITCH)
    .inverted(rootOnTop)
    .sort(false)
    .selfValue(false)
    .minFrameSize(FRAME_WIDTH_MIN)
    .transitionDuration(0)
    .getValue((datum) => datum.value)
    .getChildren((datum) => datum.children)
    .getName(() => '')
    .setLabelHandler(() => '')
    .setColorMapper(() => 'none');
}

function copyTree(tree: FlameTree): Datum[] {
  const data: Datum[] = [];
  for (let row = 0; row < tree.count; row++) {
    const datum = { row, value: tree.total[row]!, children: [], hide: false, fade: false };
    data.push(datum);
    if (row > 0) data[tree.parent[row]!]!.children.push(datum);
  }
  return data;
}

/** What its zoom would write, without what it forgets: callers of the focus are never hidden. */
function markFocus(tree: FlameTree, data: readonly Datum[], focus: number): void {
  for (const datum of data) datum.hide = datum.fade = false;
  for (const row of pathTo(tree, focus)) {
    const parent = data[tree.parent[row]!]!;
    parent.fade = true;
    for (const sibling of parent.children) sibling.hide = sibling.row !== row;
  }
}

function paintFrame(
  group: SVGGElement,
  scene: Scene,
  row: number,
  advance: number,
  hatch: string,
): void {
  const { w } = rectOf(scene, row);
  const matching = scene.match?.[row] === 1;
  const bold = isBold(scene, row);
  group.setAttribute('class', `frame${matching ? ' match' : ''}${bold ? ' bold' : ''}`);
  const rect = group.querySelector('rect')!;
  const fills = isQuiet(scene, row) ? scene.palette.quiet : scene.palette.fills;
  rect.setAttribute('fill', isRest(scene, row) ? `url(#${hatch})` : fills[fillOf(scene, row)]!);
  rect.setAttribute('height', String(ROW_HEIGHT));
  rect.style.setProperty('--gap', `${gapOf(w)}px`);
  const label = group.querySelector<HTMLElement>('.d3-flame-graph-label')!;
  label.style.display = '';
  label.classList.toggle('rest', isRest(scene, row));
  const fitted = fitLabel(w, advance, labelOf(scene, row));
  label.replaceChildren(
    ...(['name', 'second', 'share'] as const)
      .filter((part) => fitted[part] !== '')
      .map((part) => {
        const span = document.createElement('span');
        span.className = part;
        span.textContent = fitted[part];
        return span;
      }),
  );
}

/** The stripes of a rest block, outside of the library's own svg, which takes every `g` for a frame. */
function hatchDefinition() {
  const id = `flame-hatch-${++hatches}`;
  const element = document.createElementNS(SVG, 'svg');
  element.setAttribute('class', 'hidden');
  const pattern = document.createElementNS(SVG, 'pattern');
  for (const [name, value] of Object.entries({
    id,
    width: '6',
    height: '6',
    patternUnits: 'userSpaceOnUse',
    patternTransform: 'rotate(45)',
  }))
    pattern.setAttribute(name, value);
  const [ground, stripe] = [6, 3].map((width) => {
    const rect = document.createElementNS(SVG, 'rect');
    rect.setAttribute('width', String(width));
    rect.setAttribute('height', '6');
    pattern.append(rect);
    return rect;
  }) as [SVGRectElement, SVGRectElement];
  element.append(pattern);
  return {
    id,
    element,
    recolour(colour: string, canvas: string): void {
      ground.setAttribute('fill', canvas);
      stripe.setAttribute('fill', colour);
    },
  };
}
