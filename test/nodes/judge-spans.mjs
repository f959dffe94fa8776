/**
 * Compare the labels of samples with what `span-service.cjs` says about its spans.
 *
 * Shape   rows are {stack: names of functions, labels, ticks}; told is what the service printed.
 * Returns ticks inside planted functions, how many of them carry the right ids and label, and those
 *         that carry an id or label of a request or span that did not run the function.
 */
export function judgeSpans(rows, told) {
  const requestOf = new Map(told.spans.map(({ root }, number) => [root, number]));
  const result = { ticks: 0, right: 0, labelled: 0, nestedTicks: 0, nestedRight: 0, wrong: [] };
  for (const { stack, labels, ticks } of rows) {
    const planted = stack
      .map((name) => /^(plant|nested)_(\d+)(?:_(\d+))?$/.exec(name))
      .find(Boolean);
    if (planted == null) continue;
    const [name, kind, number, place] = planted;
    const { root, nested } = told.spans[Number(number)];
    const expected = kind === 'nested' ? nested[Number(place)] : undefined;
    result.ticks += ticks;
    if (labels.span_id === root) result.right += ticks;
    if (labels.request === number) result.labelled += ticks;
    if (kind === 'nested') {
      result.nestedTicks += ticks;
      if (labels.active_span_id === expected) result.nestedRight += ticks;
    }
    const foreign = labels.span_id !== undefined && labels.span_id !== root;
    const otherSpan = labels.active_span_id !== undefined && labels.active_span_id !== expected;
    const otherLabel = labels.request !== undefined && labels.request !== number;
    if (foreign || otherSpan || otherLabel) {
      const of = `request ${requestOf.get(labels.span_id)}`;
      result.wrong.push(`${name} x${ticks}: ${of}, ${JSON.stringify(labels)}`);
    }
  }
  return result;
}
