/** Least squares: growth per second of `values` at `seconds`, and its standard error. */
export function slopeOf(seconds, values) {
  const n = values.length;
  const meanX = seconds.reduce((a, b) => a + b, 0) / n;
  const meanY = values.reduce((a, b) => a + b, 0) / n;
  const sxx = seconds.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
  const slope = seconds.reduce((sum, x, i) => sum + (x - meanX) * (values[i] - meanY), 0) / sxx;
  const rest = values.map((y, i) => y - meanY - slope * (seconds[i] - meanX));
  const variance = rest.reduce((sum, r) => sum + r * r, 0) / (n - 2);
  return { slope, error: Math.sqrt(variance / sxx) };
}

export function medianOf(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/**
 * Windows that neither arrived nor were counted as dropped.
 *
 * Windows of one process follow each other, so what lies between two that arrived is missing.
 */
export function missingWindows(metas, windowMs) {
  const windows = metas
    .map(({ from, to, agent }) => ({
      from: Number(BigInt(from) / 1_000_000n),
      to: Number(BigInt(to) / 1_000_000n),
      dropped: agent.droppedUploads,
    }))
    .sort((a, b) => a.from - b.from);
  const dropped = windows.reduce((sum, window) => sum + window.dropped, 0);
  const gaps = windows.slice(1).map((window, i) => window.from - windows[i].to);
  const lost = gaps.reduce((sum, gap) => sum + Math.round(Math.max(0, gap) / windowMs), 0);
  const overlaps = gaps.filter((gap) => gap < -windowMs / 2).length;
  return { windows: windows.length, dropped, lost, overlaps };
}
