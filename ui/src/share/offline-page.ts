import { readTheme } from '../flame/flame-view.ts';
import { fillOf, labelOf, lookOf, type Scene } from '../flame/scene.ts';
import type { FlameTree } from '../flame/tree.ts';
import { formatPercent, type Measure } from '../format.ts';
import { escapeXml } from './picture.ts';

export interface OfflineInput {
  readonly tree: FlameTree;
  readonly title: string;
  readonly subtitle: string;
  readonly measure: Measure;
  readonly coveredMs: number;
  readonly link: string; // where the page came from
}

/** What the page's own script reads; columns by row. */
interface OfflineData {
  readonly name: readonly string[];
  readonly second: readonly string[];
  readonly say: readonly string[]; // value in words
  readonly fill: readonly string[];
  readonly depth: readonly number[];
  readonly start: readonly number[];
  readonly total: readonly number[];
  readonly end: readonly number[];
  readonly parent: readonly number[];
}

/** One file with data, look and behaviour: it opens without a network and asks for nothing. */
export function offlinePage(input: OfflineInput): string {
  const palette = readTheme();
  const json = JSON.stringify(offlineData(input)).replaceAll('<', '\\u003c');
  const style = `
:root{color-scheme:${document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light'}}
body{margin:0;padding:16px;background:${palette.surface};color:${palette.ring};font:13px/20px ${palette.fontUi}}
h1{font-size:20px;line-height:28px;margin:0}p{margin:0 0 12px}
input{font:inherit;padding:4px 8px;width:260px;margin-right:12px}
#graph{position:relative;background:${palette.canvas};font:11px/21px ${palette.fontMono}}
#graph button{position:absolute;height:21px;padding:0 5px;border:0;border-radius:2px;overflow:hidden;white-space:pre;text-align:left;font:inherit;color:${palette.label};cursor:pointer}
#graph button:focus-visible,#graph .match{outline:2px solid ${palette.match};outline-offset:-2px}
#graph.searching button:not(.match){opacity:.35}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeXml(input.title)}</title><style>${style}</style></head><body>
<h1>${escapeXml(input.title)}</h1>
<p>${escapeXml(input.subtitle)} <a href="${escapeXml(input.link)}">Open in Flamehouse</a></p>
<p><input id="search" type="search" aria-label="Search functions" placeholder="Search functions"><span id="count" role="status"></span></p>
<div id="graph"></div>
<p id="detail" aria-live="polite"></p>
<script type="application/json" id="data">${json}</script>
<script>(${offlineViewer.toString()})()</script>
</body></html>`;
}

function offlineData({ tree, measure, coveredMs }: OfflineInput): OfflineData {
  const scene = { tree, look: lookOf(tree), palette: readTheme() } as Scene;
  const rows = Array.from({ length: tree.count }, (_, row) => row);
  const labels = rows.map((row) => labelOf(scene, row));
  const whole = tree.total[0] || 1;
  return {
    name: labels.map(({ name }) => name),
    second: labels.map(({ second }) => second),
    say: rows.map(
      (row) =>
        `${measure.long(tree.total[row]!, coveredMs)}, ${formatPercent(tree.total[row]! / whole)}`,
    ),
    fill: rows.map((row) => scene.palette.fills[fillOf(scene, row)]!),
    depth: [...tree.depth],
    start: [...tree.start],
    total: [...tree.total],
    end: [...tree.end],
    parent: [...tree.parent],
  };
}

/** Runs in the saved page, from its own text: it may use nothing of this module. */
function offlineViewer(): void {
  const data = JSON.parse(document.getElementById('data')!.textContent!) as OfflineData;
  const graph = document.getElementById('graph')!;
  const search = document.getElementById('search') as HTMLInputElement;
  const detail = document.getElementById('detail')!;
  const count = document.getElementById('count')!;
  let focus = 0;
  const words = (row: number): string =>
    [data.name[row], data.second[row], data.say[row]].filter((part) => part !== '').join(' · ');
  const draw = (): void => {
    const needle = search.value.trim().toLowerCase();
    const from = data.start[focus] ?? 0;
    const whole = data.total[focus] || 1;
    const width = graph.clientWidth;
    let deepest = 0;
    let found = 0;
    const items: HTMLElement[] = [];
    for (let row = 0; row < data.name.length; row++) {
      const left = Math.max(0, ((data.start[row]! - from) / whole) * width);
      const right = Math.min(width, ((data.start[row]! + data.total[row]! - from) / whole) * width);
      if (right - left < 1) {
        row = data.end[row]! - 1;
        continue;
      }
      const item = document.createElement('button');
      const matches = needle !== '' && words(row).toLowerCase().includes(needle);
      if (matches) found++;
      item.className = matches ? 'match' : '';
      item.style.left = `${left}px`;
      item.style.width = `${Math.max(1, right - left - 1)}px`;
      item.style.top = `${data.depth[row]! * 22}px`;
      item.style.background = data.fill[row]!;
      item.textContent = right - left > 30 ? data.name[row]! : '';
      item.title = words(row);
      item.setAttribute('aria-label', words(row));
      item.onclick = () => {
        focus = row;
        draw();
      };
      item.onmouseenter = item.onfocus = () => {
        detail.textContent = words(row);
      };
      items.push(item);
      deepest = Math.max(deepest, data.depth[row]!);
    }
    graph.replaceChildren(...items);
    graph.className = found > 0 ? 'searching' : '';
    graph.style.height = `${(deepest + 1) * 22}px`;
    count.textContent =
      needle === '' ? '' : `${found} ${found === 1 ? 'frame matches' : 'frames match'}`;
    detail.textContent = words(focus);
  };
  search.oninput = draw;
  window.onresize = draw;
  window.onkeydown = (event) => {
    if (event.key !== 'Escape') return;
    focus = Math.max(0, data.parent[focus] ?? 0);
    draw();
  };
  draw();
}
