import { CanvasRenderer } from './canvas-renderer.ts';
import { type Palette, readPalette } from './colours.ts';
import { keyAction } from './keys.ts';
import type { FlameRenderer } from './renderer.ts';
import {
  type Highlights,
  type Look,
  lookOf,
  ROW_HEIGHT,
  ROW_PITCH,
  rectOf,
  type Scene,
} from './scene.ts';
import { type FlameTree, functionIdOf, rowAt } from './tree.ts';
import { writeTreeItems } from './tree-items.ts';

const ZOOM_MS = 160;
/** A canvas this small says more about a hidden page than about the layout. */
const WIDTH_MIN = 40;

export interface FlameViewEvents {
  readonly onHover: (row: number) => void; // -1 when the pointer left
  readonly onSelect: (row: number) => void;
  readonly onFocus: (row: number) => void; // asks for it; the owner then calls `show`
  readonly onMatchStep: (step: 1 | -1) => void;
  readonly onCopy: (row: number) => void;
  readonly describe: (row: number) => string; // the accessible name of a row
}

/** What the owner decides: the view draws it and reports what the user did. */
export interface FlameViewState {
  readonly tree: FlameTree;
  readonly focus: number; // row that fills the width
  readonly selected: number; // row, -1 for none
  readonly linkedFunction: string; // function id hovered elsewhere, '' for none
  readonly emphasis: Uint8Array | null;
  readonly match: Uint8Array | null;
}

/** Tests and scripts look at a drawing through this, since a canvas has no elements. */
export interface FlameViewProbe {
  readonly renderer: string;
  readonly lastDrawMs: number;
  readonly drawnCount: number;
  readonly animating: boolean;
  rectOf(nodeIdOrName: string): { x: number; y: number; width: number; height: number } | null;
  frameAt(x: number, y: number): { id: string; name: string } | null;
  visible(): { id: string; name: string; total: number; depth: number }[];
}

/** An icicle in an element. No framework inside; one instance per element, `destroy` at the end. */
export class FlameView {
  private readonly space = document.createElement('div');
  private readonly stage = document.createElement('div');
  private readonly items = document.createElement('div');
  private readonly sizes: ResizeObserver;
  private readonly stops = new AbortController();
  private renderer: FlameRenderer;
  private palette: Palette;
  private state: FlameViewState | null = null;
  private look: Look | null = null;
  private linked: Uint8Array | null = null;
  private hover = -1;
  private range = { from: 0, to: 1 };
  private size = { width: 0, height: 0 };
  private animation = 0;
  private pending = 0;
  private probe = { lastDrawMs: 0, drawnCount: 0 };

  constructor(
    private readonly host: HTMLElement,
    private readonly events: FlameViewEvents,
  ) {
    this.palette = this.readTheme();
    this.space.className = 'flame-space';
    this.stage.className = 'flame-stage';
    this.stage.setAttribute('aria-hidden', 'true');
    this.items.className = 'hidden';
    this.items.id = `${host.id}-items`;
    this.space.append(this.stage);
    host.append(this.space, this.items);
    this.renderer = new CanvasRenderer(this.stage);
    this.listen();
    this.sizes = new ResizeObserver(() => this.measure());
    this.sizes.observe(host);
    this.measure();
  }

  /** Take a new state. A changed focus moves there in 160 ms; a changed tree is shown at once. */
  show(next: FlameViewState): void {
    const last = this.state;
    const sameTree = last?.tree === next.tree;
    this.state = next;
    if (!sameTree) {
      this.look = lookOf(next.tree);
      this.hover = -1;
      this.space.style.height = `${this.contentHeight()}px`;
      this.host.parentElement?.style.setProperty(
        '--flame-content-h',
        `${this.contentHeight() + 16}px`,
      );
    }
    if (!sameTree || last.linkedFunction !== next.linkedFunction) this.linkRows();
    const goal = this.rangeOf(next.focus);
    if (sameTree && last.focus !== next.focus) this.zoom(goal);
    else if (!sameTree || this.animation === 0) {
      this.stopZoom();
      this.range = goal;
    }
    if (last === null || last.selected !== next.selected || !sameTree) this.writeItems();
    this.redraw();
  }

  /** Read the colours again, after the theme changed. */
  retheme(): void {
    this.palette = this.readTheme();
    this.redraw();
  }

  /** Scroll so that a row can be seen. */
  reveal(row: number): void {
    const top = (this.state?.tree.depth[row] ?? 0) * ROW_PITCH;
    const room = this.size.height;
    if (top < this.host.scrollTop) this.host.scrollTop = top;
    else if (top + ROW_PITCH > this.host.scrollTop + room)
      this.host.scrollTop = top + ROW_PITCH - room;
  }

  destroy(): void {
    this.stops.abort();
    this.sizes.disconnect();
    this.stopZoom();
    cancelAnimationFrame(this.pending);
    this.renderer.destroy();
    this.host.replaceChildren();
  }

  get test(): FlameViewProbe {
    const scene = this.scene();
    const tree = this.state?.tree;
    const name = (row: number) => this.nameOf(row);
    return {
      renderer: this.renderer.name,
      ...this.probe,
      animating: this.animation !== 0,
      rectOf: (wanted) => {
        if (!tree || !scene) return null;
        const row = tree.rowOfId.get(wanted) ?? this.rowsByName(wanted);
        if (row < 0) return null;
        const box = this.stage.getBoundingClientRect();
        const at = rectOf(scene, row);
        return {
          x: box.left + at.x,
          y: box.top + at.y - scene.scrollTop,
          width: at.w,
          height: at.h,
        };
      },
      frameAt: (x, y) => {
        const row = this.rowAtPoint(x, y);
        return row < 0 ? null : { id: tree?.id[row] ?? '', name: name(row) };
      },
      visible: () => {
        if (!tree || !scene) return [];
        const rows = Array.from({ length: tree.count }, (_, row) => row);
        return rows
          .filter((row) => rectOf(scene, row).w >= 0.5)
          .map((row) => ({
            id: tree.id[row]!,
            name: name(row),
            total: tree.total[row]!,
            depth: tree.depth[row]!,
          }));
      },
    };
  }

  private nameOf(row: number): string {
    const frame = this.state?.tree.frame[row] ?? -1;
    return frame >= 0
      ? this.look!.name[frame]!
      : frame === -1
        ? 'all'
        : `+${this.state!.tree.folded[row]} smaller`;
  }

  /** The widest row with that name. */
  private rowsByName(wanted: string): number {
    const tree = this.state!.tree;
    let best = -1;
    for (let row = 0; row < tree.count; row++)
      if (this.nameOf(row) === wanted && (best < 0 || tree.total[row]! > tree.total[best]!))
        best = row;
    return best;
  }

  private readTheme(): Palette {
    const style = getComputedStyle(document.documentElement);
    const dark = document.documentElement.dataset['theme'] === 'dark';
    return readPalette((token) => style.getPropertyValue(token), dark);
  }

  private contentHeight(): number {
    return (this.state ? this.state.tree.depthMax + 1 : 1) * ROW_PITCH;
  }

  private measure(): void {
    const style = getComputedStyle(this.host);
    const width =
      this.host.clientWidth -
      Number.parseFloat(style.paddingLeft) -
      Number.parseFloat(style.paddingRight);
    const height =
      this.host.clientHeight -
      Number.parseFloat(style.paddingTop) -
      Number.parseFloat(style.paddingBottom);
    if (width < WIDTH_MIN) return;
    this.size = { width, height: Math.max(ROW_HEIGHT, height) };
    this.stage.style.height = `${this.size.height}px`;
    this.drawNow();
  }

  private rangeOf(row: number): { from: number; to: number } {
    const { tree } = this.state!;
    const from = tree.start[row] ?? 0;
    return { from, to: from + (tree.total[row] || 1) };
  }

  private scene(): Scene | null {
    if (this.state === null || this.look === null || this.size.width === 0) return null;
    const { tree, emphasis, match } = this.state;
    return {
      tree,
      look: this.look,
      palette: this.palette,
      ...this.range,
      ...this.size,
      scrollTop: Math.max(0, Math.min(this.host.scrollTop, this.contentHeight() - ROW_PITCH)),
      emphasis,
      match,
    };
  }

  private redraw(): void {
    if (this.pending !== 0) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      this.drawNow();
    });
  }

  private drawNow(): void {
    const scene = this.scene();
    if (scene === null) return;
    const started = performance.now();
    this.probe.drawnCount = this.renderer.draw(scene);
    this.renderer.highlight(scene, this.highlights());
    this.probe.lastDrawMs = performance.now() - started;
  }

  private highlights(): Highlights {
    return { hover: this.hover, selected: this.state?.selected ?? -1, linked: this.linked };
  }

  private rehighlight(): void {
    const scene = this.scene();
    if (scene !== null) this.renderer.highlight(scene, this.highlights());
  }

  private linkRows(): void {
    const { tree, linkedFunction } = this.state!;
    this.linked =
      linkedFunction === ''
        ? null
        : Uint8Array.from({ length: tree.count }, (_, row) =>
            tree.frame[row]! >= 0 && functionIdOf(tree, row) === linkedFunction ? 1 : 0,
          );
  }

  private writeItems(): void {
    const { tree, selected, focus } = this.state!;
    const current = selected >= 0 ? selected : focus;
    if (tree.count === 0) return;
    const id = writeTreeItems(this.items, tree, current, this.events.describe);
    this.host.setAttribute('aria-activedescendant', id);
  }

  private zoom(goal: { from: number; to: number }): void {
    this.stopZoom();
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.range = goal;
      return;
    }
    const origin = { ...this.range };
    const started = performance.now();
    const step = (): void => {
      const t = Math.min(1, (performance.now() - started) / ZOOM_MS);
      const eased = 1 - (1 - t) ** 3;
      this.range = {
        from: origin.from + (goal.from - origin.from) * eased,
        to: origin.to + (goal.to - origin.to) * eased,
      };
      this.animation = t < 1 ? requestAnimationFrame(step) : 0;
      this.drawNow();
    };
    this.animation = requestAnimationFrame(step);
  }

  private stopZoom(): void {
    cancelAnimationFrame(this.animation);
    this.animation = 0;
  }

  private rowAtPoint(clientX: number, clientY: number): number {
    const scene = this.scene();
    if (scene === null) return -1;
    const box = this.stage.getBoundingClientRect();
    const x = clientX - box.left;
    const y = clientY - box.top + scene.scrollTop;
    if (x < 0 || x >= scene.width || y < 0) return -1;
    const value = scene.from + (x / scene.width) * (scene.to - scene.from);
    return rowAt(scene.tree, Math.floor(y / ROW_PITCH), value);
  }

  private listen(): void {
    const { signal } = this.stops;
    const { host } = this;
    host.addEventListener('scroll', () => this.drawNow(), { signal, passive: true });
    host.addEventListener(
      'pointermove',
      (event) => this.setHover(this.rowAtPoint(event.clientX, event.clientY)),
      { signal },
    );
    host.addEventListener('pointerleave', () => this.setHover(-1), { signal });
    host.addEventListener('click', (event) => this.click(event), { signal });
    host.addEventListener('keydown', (event) => this.key(event), { signal });
  }

  private setHover(row: number): void {
    if (row === this.hover) return;
    this.hover = row;
    this.host.style.cursor = row >= 0 ? 'pointer' : '';
    this.rehighlight();
    this.events.onHover(row);
  }

  private click(event: MouseEvent): void {
    const row = this.rowAtPoint(event.clientX, event.clientY);
    if (row < 0 || this.state === null) return;
    const { tree } = this.state;
    const frame = tree.frame[row] === -2 ? tree.parent[row]! : row;
    this.events.onSelect(frame);
    if (!event.shiftKey) this.events.onFocus(frame);
  }

  private key(event: KeyboardEvent): void {
    if (this.state === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = keyAction(event.key, this.state.tree, this.state);
    if (action === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (action.do === 'select') {
      this.events.onSelect(action.row);
      this.reveal(action.row);
    } else if (action.do === 'focus') this.events.onFocus(action.row);
    else if (action.do === 'match') this.events.onMatchStep(action.step);
    else this.events.onCopy(action.row);
  }
}
