import { expect, test } from 'vitest';
import { FILL_TOKENS, type Palette } from '../../../ui/src/flame/colours.ts';
import { drawFrames, drawHighlights, type Pen } from '../../../ui/src/flame/draw.ts';
import { findHotPath } from '../../../ui/src/flame/hot-path.ts';
import { fitLabel, middleEllipsis, secondLabel } from '../../../ui/src/flame/labels.ts';
import { lookOf, type Scene } from '../../../ui/src/flame/scene.ts';
import { buildFlameTree } from '../../../ui/src/flame/tree.ts';
import { flamegraphOf, parseTree } from '../../support/ui-fixture-tree.ts';

const NBSP = '\u00a0';
const palette: Palette = {
  fills: FILL_TOKENS.map((token) => token.slice(2)),
  quiet: FILL_TOKENS.map((token) => `quiet ${token.slice(2)}`),
  canvas: 'canvas',
  hatch: 'stripes',
  diffLabels: [],
  label: 'label',
  labelSecond: 'second',
  labelRest: 'rest-label',
  match: 'match',
  ring: 'ring',
  surface: 'surface',
  hover: 'hover',
  linked: 'linked',
  fontMono: 'mono',
  fontUi: 'ui',
};
const fonts = {
  regular: 'regular',
  bold: 'bold',
  share: 'share',
  shareBold: 'shareBold',
  advance: 7,
};

/** A 2D context that writes down what it is told. */
function recorder(): { pen: Pen; log: string[] } {
  const log: string[] = [];
  let rect = '';
  const round = (n: number) => Math.round(n * 10) / 10;
  const pen = {
    fillStyle: '',
    strokeStyle: '',
    lineWidth: 1,
    globalAlpha: 1,
    font: '',
    textBaseline: 'alphabetic',
    textAlign: 'left',
    beginPath() {},
    rect() {},
    clip() {},
    save() {},
    restore() {},
    clearRect() {},
    measureText: (text: string) => ({ width: text.length * 7 }),
    roundRect(x: number, y: number, w: number, h: number) {
      rect = `${round(x)},${round(y)} ${round(w)}x${h}`;
    },
    fill() {
      log.push(
        `fill ${rect} ${this.fillStyle}${this.globalAlpha === 1 ? '' : ` @${this.globalAlpha}`}`,
      );
    },
    stroke() {
      log.push(`ring ${rect} ${this.strokeStyle} ${this.lineWidth}`);
    },
    fillRect(x: number, y: number, w: number, h: number) {
      log.push(`rect ${round(x)},${round(y)} ${round(w)}x${h} ${this.fillStyle}`);
    },
    strokeRect(x: number, y: number, w: number, h: number) {
      log.push(
        `ring ${round(x)},${round(y)} ${round(w)}x${round(h)} ${this.strokeStyle} ${this.lineWidth}`,
      );
    },
    fillText(text: string, x: number, y: number) {
      log.push(`text "${text}" ${round(x)},${round(y)} ${this.font} ${this.fillStyle}`);
    },
  };
  return { pen: pen as unknown as Pen, log };
}

const tree = buildFlameTree(
  flamegraphOf(
    parseTree(`
all | root | 1000
  serve | src/routes/a.ts | 600
    parse | native | 400
  poll | node:timers | 300
  tiny | pg | 1
  +9 smaller | rest | 99`),
    { service: 's', type: 't', unit: 'microseconds', from: 0, to: 1 },
  ),
);

const scene = (part: Partial<Scene> = {}): Scene => ({
  tree,
  look: lookOf(tree),
  palette,
  focus: 0,
  from: 0,
  to: 1000,
  width: 1000,
  height: 200,
  scrollTop: 0,
  emphasis: null,
  match: null,
  rootAtBottom: false,
  hideRoot: false,
  ...part,
});

function draw(part: Partial<Scene> = {}): string[] {
  const { pen, log } = recorder();
  drawFrames({ pen, fonts, hatch: 'hatch', gone: 'gone' }, scene(part));
  return log;
}

test('frames lie side by side with a gap of one pixel, rows 22 apart', () => {
  expect(draw().filter((line) => !line.startsWith('text'))).toEqual([
    'rect 0,0 1000x200 canvas',
    'fill 0,0 999x21 frame-root',
    'fill 0,22 599x21 user-2',
    'fill 0,44 399x21 kind-native',
    'fill 600,22 299x21 kind-runtime',
    'rect 900,22 0.7x21 pkg-9',
    'fill 901,22 98x21 hatch',
  ]);
});

test('labels carry name, what stands behind it, and the share', () => {
  const texts = draw().filter((line) => line.startsWith('text'));
  expect(texts).toContain('text "serve" 5,33 regular label');
  expect(texts).toContain('text "src/routes/a.ts" 48,33 regular second');
  expect(texts).toContain(`text "60.0${NBSP}%" 593,33 share second`);
  expect(texts).toContain('text "+9 smaller" 906,33 regular rest-label');
});

test('off the hot path colours step back, own frames on it are bold', () => {
  const lines = draw({ emphasis: findHotPath(tree)!.emphasis });
  expect(lines).toContain('fill 600,22 299x21 quiet kind-runtime');
  expect(lines).toContain('fill 0,22 599x21 user-2');
  expect(lines).toContain('text "serve" 5,33 bold label');
});

test('a search dims the rest and rings what matches', () => {
  const lines = draw({ match: Uint8Array.of(0, 1, 0, 0, 0, 0) });
  expect(lines).toContain('fill 0,22 599x21 user-2');
  expect(lines).toContain('ring 1,23 597x19 match 2');
  expect(lines).toContain('fill 600,22 299x21 kind-runtime @0.35');
});

test('zoomed in, callers fill the width and what lies outside is not drawn', () => {
  const lines = draw({ from: 0, to: 400 }).filter((line) => line.startsWith('fill'));
  expect(lines).toEqual([
    'fill 0,0 999x21 frame-root',
    'fill 0,22 999x21 user-2',
    'fill 0,44 999x21 kind-native',
  ]);
});

test('rows that are scrolled away are not drawn', () => {
  const lines = draw({ scrollTop: 44, height: 20 }).filter((line) => line.startsWith('fill'));
  expect(lines).toEqual(['fill 0,0 399x21 kind-native']);
});

test('frames under half a pixel share a column, and one with a match shows', () => {
  const narrow = draw({ to: 10_000, match: Uint8Array.of(0, 0, 0, 0, 1, 0) });
  expect(narrow).toContain('rect 90,22 1x21 match');
});

test('the upper layer rings the selected frame outside and lightens the hovered one', () => {
  const { pen, log } = recorder();
  drawHighlights(pen, scene(), { hover: 3, selected: 2, linked: Uint8Array.of(0, 1, 0, 0, 0, 0) });
  expect(log).toEqual([
    'rect 3,25 599x21 linked',
    'ring 3.5,25.5 598x20 second 1',
    'rect 603,25 299x21 hover',
    'ring 3.5,47.5 398x20 surface 1',
    'ring 2,46 401x23 ring 2',
  ]);
});

test('long names keep head and tail; under six characters nothing is left', () => {
  expect(middleEllipsis('loadPriceRules', 9)).toBe('load…ules');
  expect(middleEllipsis('loadPriceRules', 5)).toBe('');
  expect(middleEllipsis('short', 5)).toBe('short');
  expect(middleEllipsis('日本語の関数名前', 6)).toBe('日本語…名前');
});

test('a label gives up its second part first, then its share', () => {
  const label = { name: 'priceCart', second: 'src/pricing/price-cart.ts', share: `42.4${NBSP}%` };
  expect(fitLabel(400, 7, label)).toEqual(label);
  expect(fitLabel(200, 7, label)).toEqual({ ...label, second: '' });
  expect(fitLabel(80, 7, label)).toEqual({ name: 'priceCart', second: '', share: '' });
  expect(fitLabel(29, 7, label)).toEqual({ name: '', second: '', share: '' });
});

test('behind a name stands the file of own code and the package of a dependency', () => {
  expect(secondLabel({ kind: 'user', file: 'src/a.ts', package: '' })).toBe('src/a.ts');
  expect(secondLabel({ kind: 'dependency', file: 'pg/lib/a.js', package: 'pg' })).toBe('pg');
  expect(secondLabel({ kind: 'native', file: '', package: '' })).toBe('native');
});
