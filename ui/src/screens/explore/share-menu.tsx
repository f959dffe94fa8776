import { useState } from 'preact/hooks';
import { apiUrl } from '../../api/client.ts';
import { Icon } from '../../components/icon.tsx';
import { ContextMenu, type MenuItem } from '../../components/menu.tsx';
import { measureOf, plural } from '../../format.ts';
import { copyText, showToast } from '../../state/toast.ts';
import { type ExploreState, exploreUrl } from '../../state/url.ts';
import { stepTexts } from '../../state/view-steps.ts';
import { formatRange, resolveRange } from '../../time.ts';
import type { ExploreData } from './use-explore-data.ts';

/** The same state with times that do not move, so that a link shows the same tomorrow. */
export function freezeTimes(state: ExploreState, nowMs: number): ExploreState {
  const { from, to } = resolveRange(state.from, state.to, nowMs);
  return { ...state, from: String(Math.round(from)), to: String(Math.round(to)) };
}

export function copyLink(state: ExploreState, nowMs: number): void {
  const range = resolveRange(state.from, state.to, nowMs);
  copyText(
    `${window.location.origin}${exploreUrl(freezeTimes(state, nowMs))}`,
    `Link copied, times frozen to ${formatRange(range, nowMs)}`,
  );
}

/** What the server sends as a file: all stacks, never pruned, after the steps of the view. */
function fileUrl(state: ExploreState, data: ExploreData, format: string): string {
  const { from, to } = data.shown;
  return apiUrl('flamegraph', {
    service: state.service,
    type: state.type,
    environment: state.environment,
    version: state.version,
    filter: state.filter,
    x: stepTexts(state.steps),
    from: Math.round(from),
    to: Math.round(to),
    format,
  });
}

function download(href: string, name = ''): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}

function save(content: Blob | string, type: string, name: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  download(url, name);
  // The download has taken hold of it by then.
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Names of files keep to letters that every system takes. */
const fileName = (state: ExploreState, ending: string): string =>
  `${state.service}-${state.type}`.replaceAll(/[^\w.-]+/g, '-').concat('.', ending);

/** Send what is on the screen to somebody else, or to another tool. */
export function ShareMenu(props: { readonly state: ExploreState; readonly data: ExploreData }) {
  const [at, setAt] = useState<{ x: number; y: number } | null>(null);
  return (
    <>
      <button
        type="button"
        class="btn"
        aria-haspopup="menu"
        aria-expanded={at !== null}
        aria-label="Share and export"
        title="Share and export"
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          setAt({ x: box.left, y: box.bottom + 4 });
        }}
      >
        <Icon name="download" />
        <span class="hide-m">Export</span>
      </button>
      {at !== null && (
        <ContextMenu
          at={at}
          label="Share and export"
          items={shareItems(props)}
          onClose={() => setAt(null)}
        />
      )}
    </>
  );
}

function shareItems(props: {
  readonly state: ExploreState;
  readonly data: ExploreData;
}): readonly MenuItem[] {
  const { state, data } = props;
  const file = (label: string, format: string, more: Partial<MenuItem> = {}): MenuItem => ({
    label,
    act: () => download(fileUrl(state, data, format)),
    ...more,
  });
  const tree = state.sandwich === '' ? data.tree : data.callees.tree;
  const drawn = tree === null || tree.count === 0 ? null : tree;
  return [
    { label: 'Copy link', icon: 'link', act: () => copyLink(state, data.nowMs) },
    {
      label: 'Copy as go tool pprof',
      icon: 'copy',
      act: () =>
        copyText(
          `go tool pprof -http=: '${window.location.origin}${fileUrl(state, data, 'pprof').replaceAll("'", '%27')}'`,
          'Command copied, times frozen',
        ),
    },
    file('pprof', 'pprof', { icon: 'download', first: true }),
    file('Folded stacks', 'folded'),
    file('speedscope', 'speedscope'),
    ...(drawn === null ? [] : pictureItems(props, drawn)),
  ];
}

function pictureItems(
  { state, data }: { readonly state: ExploreState; readonly data: ExploreData },
  tree: NonNullable<ExploreData['tree']>,
): readonly MenuItem[] {
  const focus = tree.rowOfId.get(state.focus) ?? 0;
  const picture = { tree, focus, rootAtBottom: state.root === 'bottom' && state.sandwich === '' };
  const failed = (error: unknown): void =>
    showToast(`Not saved: ${error instanceof Error ? error.message : String(error)}`);
  return [
    {
      label: 'Web page that opens offline',
      first: true,
      act: () => {
        import('../../share/offline-page.ts').then(({ offlinePage }) => {
          const measure = measureOf(data.base.data?.type ?? 'cpu');
          const page = offlinePage({
            tree,
            title: `${state.service}, ${measure.title}`,
            subtitle: `${formatRange(data.shown, data.nowMs)} (${new Date(data.shown.from).toISOString()} to ${new Date(data.shown.to).toISOString()}).`,
            measure,
            coveredMs: data.coveredMs,
            link: `${window.location.origin}${exploreUrl(freezeTimes(state, data.nowMs))}`,
          });
          save(page, 'text/html', fileName(state, 'html'));
        }, failed);
      },
    },
    {
      label: 'SVG',
      act: () => {
        import('../../share/picture.ts').then(
          ({ svgPicture }) => save(svgPicture(picture), 'image/svg+xml', fileName(state, 'svg')),
          failed,
        );
      },
    },
    {
      label: 'PNG',
      act: () => {
        import('../../share/picture.ts')
          .then(({ pngPicture }) => pngPicture(picture))
          .then(({ png, cutRows }) => {
            save(png, 'image/png', fileName(state, 'png'));
            if (cutRows > 0)
              showToast(
                `The PNG ends ${plural(cutRows, 'row')} before the deepest frame: browsers draw no higher picture. The SVG has all`,
              );
          }, failed);
      },
    },
  ];
}
