import type { ComponentChildren } from 'preact';

interface SortHeadProps<T extends string> {
  readonly by: T;
  readonly sort: T;
  readonly onSort: (by: T) => void;
  readonly ascending?: boolean;
  readonly class?: string;
  readonly title?: string;
  readonly children: ComponentChildren;
}

/** A column head that sorts; the sorted one says so with an arrow. */
export function SortHead<T extends string>(props: SortHeadProps<T>) {
  const { by, sort, ascending = false } = props;
  const sorted = by === sort;
  const order = ascending ? ('ascending' as const) : ('descending' as const);
  return (
    <th
      scope="col"
      class={`${props.class ?? ''} ${sorted ? 'sorted' : ''}`}
      title={props.title}
      aria-sort={sorted ? order : undefined}
    >
      <button type="button" onClick={() => props.onSort(by)}>
        {props.children}
        {sorted && (ascending ? ' ↑' : ' ↓')}
      </button>
    </th>
  );
}
