import { expect, test } from 'vitest';
import { BoundedNames } from '../../../agent/src/endpoint-names.ts';
import { type Listed, OpenList } from '../../../agent/src/open-list.ts';
import { RequestCounts } from '../../../agent/src/request-counts.ts';
import type { SpanLike } from '../../../agent/src/sample-context.ts';
import { Work } from '../../../agent/src/work.ts';

interface Item extends Listed {
  readonly name: string;
}

function seen(list: OpenList<Item>): string {
  const names: string[] = [];
  list.visit(({ name }) => names.push(name));
  return names.sort().join('');
}

test('what is deleted is gone, the rest stays, whatever the order', () => {
  const list = new OpenList<Item>();
  const items = [...'abcde'].map((name) => ({ name, place: -1 }));
  for (const item of items) list.add(item);
  for (const at of [1, 4, 0]) expect(list.delete(items[at]!)).toBe(true);
  expect(list.delete(items[4]!)).toBe(false);
  expect([seen(list), list.size]).toEqual(['cd', 2]);
  list.add(items[1]!);
  list.visit((item) => item.name !== 'c' && list.delete(item));
  expect([seen(list), items[1]!.place]).toEqual(['c', -1]);
});

test('open work is found by its local root span, else by its trace, until it is over', () => {
  const counts = new RequestCounts(new BoundedNames(), {
    monotonicMs: () => 0,
    setTurn: () => {},
  } as unknown as ConstructorParameters<typeof RequestCounts>[1]);
  const traceId = 'a'.repeat(32);
  const spans = ['1', '2'].map((id) => ({
    ended: false,
    spanContext: () => ({ traceId, spanId: id }),
  }));
  const works = spans.map((span) => new Work(span as unknown as SpanLike, null));
  for (const work of works) counts.startedSpan(work);
  for (const at of [0, 1]) {
    expect(counts.openWork({ traceId, spanId: String(at + 1) })).toBe(works[at]);
  }
  expect(works).toContain(counts.openWork({ traceId, spanId: '3' }));
  expect(counts.openWork({ traceId: 'b'.repeat(32), spanId: '1' })).toBeNull();
  for (const span of spans) span.ended = true;
  counts.collect();
  expect(counts.openWork({ traceId, spanId: '1' })).toBeNull();
});
