import { CanvasRenderer } from './canvas-renderer.ts';
import { type Palette, readPalette } from './colours.ts';
import type { DiffRows } from './diff-rows.ts';
import { type FrameCommand, keyAction } from './keys.ts';
import { type FlameViewProbe, probeScene } from './probe.ts';
import type { FlameRenderer, RendererFactory } from './renderer.ts';
import {
  contentHeight,
  depthAt,
  type Highlights,
  type Look,
  lookOf,
  ROW_HEIGHT,
  ROW_PITCH,
  rectOf,
  type Scene,
  yOf,
} from './scene.ts';
import { type FlameTree, functionIdOf, REST_FRAME, rowAt } from './tree.ts';
import { writeTreeItems } from './tree-items.ts';
import { type ValueRange, wantsMotion, ZOOM_MS, Zoom } from './zoom.ts';

/** A host this narrow says more about a hidden page than about the layout. */
const WIDTH_MIN = 40;

export interface FlameViewEvents {
  readonly onHover: (row: number) => void; // -1 when the pointer left
  readonly onSelect: (row: number) => void;
  readonly onFocus: (row: number) => void; // asks for it; the owner then calls `show`
  readonly onMatchStep: (step: 1 | -1) => void;
  readonly onCommand: (command: FrameCommand, row: number) => void;
  /** Asks for the menu of a row, at a point of the window. */
  readonly onMenu: (row: number, at: { readonly x: number; readonly y: number }) => void;
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
  readonly rootAtBottom: boolean;
  readonly hideRoot: boolean;
  readonly diff?: DiffRows | null;
}

/** An icicle, or a flame, in an element. No framework inside; one instance per element, `destroy` at the end. */
export class FlameView {
  private readonly space = document.createElement('div');
  private readonly stage = document.createElement('div');
  private readonly items = document.createElement('div');
  private readonly stops = new AbortController();
  private readonly zoom = new Zoom();
  private readonly renderer: FlameRenderer;
  private readonly sizes: ResizeObserver;
  private palette: Palette;
  private state: FlameViewState | null = null;
  private look: Look | null = null;
  private linked: Uint8Array | null = null;
  private hover = -1;
  private pointer: { readonly x: number; readonly y: number } | null = null;
  private range: ValueRange = { from: 0, to: 1 };
  private size = { width: 0, height: 0 };
  private pending = 0;
  private stats = { lastDrawMs: 0, drawnCount: 0 };

  constructor(
    private readonly host: HTMLElement,
    private readonly events: FlameViewEvents,
    makeRenderer: RendererFactory = (stage) => new CanvasRenderer(stage),
  ) {
    this.palette = readTheme();
    this.space.className = 'flame-space';
    this.stage.className = 'flame-stage';
    this.stage.setAttribute('aria-hidden', 'true');
    this.items.className = 'hidden';
    this.items.id = `${host.id}-items`;
    this.space.append(this.stage);
    host.append(this.space, this.items);
    this.renderer = makeRenderer(this.stage);
    this.listen();
    // The size is read once the height of the first tree is written: reading it here would lay the page out twice.
    this.sizes = new ResizeObserver(() => {
      if (this.measure()) this.draw();
    });
    this.sizes.observe(host);
  }

  /** Take a new state. A changed focus moves there in 160 ms; a changed tree is shown at once. */
  show(next: FlameViewState): void {
    const last = this.state;
    const sameTree = last?.tree === next.tree;
    this.state = next;
    const turned = last?.rootAtBottom !== next.rootAtBottom;
    if (!sameTree || turned) this.takeTree(next, turned);
    if (!sameTree || last.linkedFunction !== next.linkedFunction) this.linkRows();
    if (!sameTree || last.selected !== next.selected || last.focus !== next.focus)
      this.writeItems();
    if (sameTree && last.focus !== next.focus) this.moveTo(next.focus);
    else if (!sameTree) {
      this.zoom.stop();
      this.range = this.rangeOf(next.focus);
      if (this.size.width === 0) this.measure();
      // Rows of the last tree mean nothing in this one: look again what lies under the pointer.
      this.takeHover(this.rowUnderPointer());
      // What somebody waits for is drawn in this task, and not with the next frame.
      this.draw();
      return;
    }
    this.redraw();
  }

  /** Read the colours again, after the theme changed. */
  retheme(): void {
    this.palette = readTheme();
    this.redraw();
  }

  /** Scroll so that a row can be seen. */
  reveal(row: number): void {
    const { host } = this;
    const scene = this.scene();
    if (scene === null) return;
    const top = yOf(scene, scene.tree.depth[row] ?? 0);
    if (top < host.scrollTop) host.scrollTop = top;
    else if (top + ROW_PITCH > host.scrollTop + this.size.height)
      host.scrollTop = top + ROW_PITCH - this.size.height;
  }

  destroy(): void {
    this.stops.abort();
    this.sizes.disconnect();
    this.zoom.stop();
    cancelAnimationFrame(this.pending);
    this.renderer.destroy();
    this.host.replaceChildren();
  }

  /** For tests: where frames are and what lies under a point. */
  get test(): FlameViewProbe {
    return {
      renderer: this.renderer.name,
      animating: this.zoom.running,
      ...this.stats,
      ...probeScene(this.scene(), this.stage, (x, y) => this.rowAtPoint(x, y)),
    };
  }

  private takeTree(state: FlameViewState, turned: boolean): void {
    const height = contentHeight({ ...state, height: 0 });
    this.look = lookOf(state.tree);
    this.space.style.height = `${height}px`;
    // Where the pane is as high as its content.
    this.host.parentElement?.style.setProperty('--flame-content-h', `${height + 16}px`);
    // The root is what one starts from.
    if (turned) this.host.scrollTop = state.rootAtBottom ? height : 0;
  }

  private moveTo(focus: number): void {
    const goal = this.rangeOf(focus);
    const motion = wantsMotion();
    if (motion && !this.renderer.ownMotion) {
      this.zoom.start(this.range, goal, (range) => {
        this.range = range;
        this.draw();
      });
      return;
    }
    this.zoom.stop();
    this.range = goal;
    if (!this.renderer.ownMotion) return;
    this.draw(motion ? ZOOM_MS : 0);
    this.zoom.wait(() => this.highlight());
  }

  /** Whether the size is another than the one that is known. */
  private measure(): boolean {
    const style = getComputedStyle(this.host);
    const px = (value: string): number => Number.parseFloat(value);
    const width = this.host.clientWidth - px(style.paddingLeft) - px(style.paddingRight);
    const height = this.host.clientHeight - px(style.paddingTop) - px(style.paddingBottom);
    const known = this.size.width === width && this.size.height === Math.max(ROW_HEIGHT, height);
    // An observer begins by telling the size that is known, and drawing again would delay the first paint.
    if (width < WIDTH_MIN || known) return false;
    this.size = { width, height: Math.max(ROW_HEIGHT, height) };
    this.stage.style.height = `${this.size.height}px`;
    return true;
  }

  private rangeOf(row: number): ValueRange {
    const { tree } = this.state!;
    const from = tree.start[row] ?? 0;
    return { from, to: from + (tree.total[row] || 1) };
  }

  private scene(): Scene | null {
    if (this.state === null || this.look === null || this.size.width === 0) return null;
    const { tree, emphasis, match, focus, rootAtBottom, hideRoot, diff = null } = this.state;
    const high = contentHeight({ ...this.size, tree, rootAtBottom, hideRoot });
    const bottom = Math.max(0, high - (rootAtBottom ? this.size.height : ROW_PITCH));
    return {
      rootAtBottom,
      hideRoot,
      diff,
      tree,
      look: this.look,
      palette: this.palette,
      focus,
      ...this.range,
      ...this.size,
      scrollTop: Math.max(0, Math.min(this.host.scrollTop, bottom)),
      emphasis,
      match,
    };
  }

  private redraw(): void {
    if (this.pending !== 0) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      this.draw();
    });
  }

  private draw(motionMs = 0): void {
    const scene = this.scene();
    if (scene === null) return;
    const started = performance.now();
    const drawnCount = this.renderer.draw(scene, motionMs);
    this.highlight();
    this.stats = { drawnCount, lastDrawMs: performance.now() - started };
  }

  private highlight(): void {
    const scene = this.scene();
    if (scene === null) return;
    const none: Highlights = { hover: -1, selected: -1, linked: null };
    const moving = this.renderer.ownMotion && this.zoom.running;
    this.renderer.highlight(
      scene,
      moving ? none : { hover: this.hover, selected: this.state!.selected, linked: this.linked },
    );
  }

  private linkRows(): void {
    const { tree, linkedFunction } = this.state!;
    this.linked = null;
    if (linkedFunction === '') return;
    this.linked = new Uint8Array(tree.count);
    for (let row = 0; row < tree.count; row++)
      if (tree.frame[row]! >= 0 && functionIdOf(tree, row) === linkedFunction) this.linked[row] = 1;
  }

  private writeItems(): void {
    const { tree, selected, focus } = this.state!;
    if (tree.count === 0) return;
    const current = selected >= 0 ? selected : focus;
    const id = writeTreeItems(this.items, tree, current, this.events.describe);
    this.host.setAttribute('aria-activedescendant', id);
  }

  private rowAtPoint(clientX: number, clientY: number): number {
    const scene = this.scene();
    if (scene === null) return -1;
    const box = this.stage.getBoundingClientRect();
    const x = clientX - box.left;
    const y = clientY - box.top + scene.scrollTop;
    if (x < 0 || x >= scene.width || y < 0) return -1;
    const value = scene.from + (x / scene.width) * (scene.to - scene.from);
    return rowAt(scene.tree, depthAt(scene, y), value);
  }

  private listen(): void {
    const { signal } = this.stops;
    const { host } = this;
    const at = (event: MouseEvent): number => this.rowAtPoint(event.clientX, event.clientY);
    const follow = (event: PointerEvent): void => {
      this.pointer = { x: event.clientX, y: event.clientY };
      this.setHover(this.rowUnderPointer());
    };
    const leave = (): void => {
      this.pointer = null;
      this.setHover(-1);
    };
    host.addEventListener('scroll', () => this.draw(), { signal, passive: true });
    host.addEventListener('pointermove', follow, { signal });
    host.addEventListener('pointerleave', leave, { signal });
    host.addEventListener('click', (event) => this.click(at(event), event.shiftKey), { signal });
    host.addEventListener('keydown', (event) => this.key(event), { signal });
    host.addEventListener('contextmenu', (event) => this.menu(event, at(event)), { signal });
  }

  private rowUnderPointer(): number {
    return this.pointer === null ? -1 : this.rowAtPoint(this.pointer.x, this.pointer.y);
  }

  private setHover(row: number): void {
    if (row === this.hover) return;
    this.takeHover(row);
    this.highlight();
  }

  /** Without drawing it. */
  private takeHover(row: number): void {
    this.hover = row;
    this.host.style.cursor = row >= 0 ? 'pointer' : '';
    this.events.onHover(row);
  }

  /** A rest block stands for frames of its caller: zooming there asks for them. */
  private click(row: number, pickOnly: boolean): void {
    if (row < 0 || this.state === null) return;
    const { tree } = this.state;
    const frame = tree.frame[row] === REST_FRAME ? tree.parent[row]! : row;
    this.events.onSelect(frame);
    if (!pickOnly) this.events.onFocus(frame);
  }

  private menu(event: MouseEvent, row: number): void {
    if (this.state === null || row < 0 || this.state.tree.frame[row] === REST_FRAME) return;
    event.preventDefault();
    this.events.onSelect(row);
    this.events.onMenu(row, { x: event.clientX, y: event.clientY });
  }

  /** Where the menu of a row opens when no pointer says it: at its left end, as far as it can be seen. */
  private menuPoint(row: number): { x: number; y: number } {
    const box = this.stage.getBoundingClientRect();
    const scene = this.scene();
    if (scene === null) return { x: box.left, y: box.top };
    const { x, y } = rectOf(scene, row);
    return { x: box.left + x + 8, y: box.top + y - scene.scrollTop + ROW_HEIGHT };
  }

  private key(event: KeyboardEvent): void {
    if (this.state === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = keyAction(event, this.state.tree, this.state);
    if (action === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (action.do === 'select') {
      // The owner answers later; the next key must already start from here.
      this.state = { ...this.state, selected: action.row };
      this.writeItems();
      this.highlight();
      this.events.onSelect(action.row);
      this.reveal(action.row);
    } else if (action.do === 'focus') this.events.onFocus(action.row);
    else if (action.do === 'match') this.events.onMatchStep(action.step);
    else if (action.do === 'menu') this.events.onMenu(action.row, this.menuPoint(action.row));
    else this.events.onCommand(action.command, action.row);
  }
}

/** The colours of the theme that is shown. */
export function readTheme(): Palette {
  const { documentElement } = document;
  const style = getComputedStyle(documentElement);
  const dark = documentElement.dataset['theme'] === 'dark';
  return readPalette((token) => style.getPropertyValue(token), dark);
}
