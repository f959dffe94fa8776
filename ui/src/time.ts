const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const RELATIVE = /^now(?:-(\d{1,9})([smhdw]))?$/;
const EPOCH = /^\d{1,15}$/;

/** Half-open, epoch milliseconds. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** `now-15m`, epoch milliseconds or ISO 8601 in the one form that URLs keep; null when it is none of them. */
export function canonicalTime(text: string): string | null {
  if (RELATIVE.test(text)) return text;
  if (EPOCH.test(text)) return String(Number(text));
  const parsed = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isSafeInteger(parsed) && parsed >= 0 ? String(parsed) : null;
}

/** A canonical time as epoch milliseconds. */
export function resolveTime(text: string, nowMs: number): number {
  const match = RELATIVE.exec(text);
  if (match === null) return Number(text);
  return match[1] === undefined ? nowMs : nowMs - Number(match[1]) * UNIT_MS[match[2]!]!;
}

export const resolveRange = (from: string, to: string, nowMs: number): Range => ({
  from: resolveTime(from, nowMs),
  to: resolveTime(to, nowMs),
});

export const PRESETS = [
  { from: 'now-15m', label: '15 min' },
  { from: 'now-1h', label: '1 h' },
  { from: 'now-3h', label: '3 h' },
  { from: 'now-12h', label: '12 h' },
  { from: 'now-1d', label: '24 h' },
  { from: 'now-7d', label: '7 d' },
  { from: 'now-30d', label: '30 d' },
] as const;

const two = (n: number): string => String(n).padStart(2, '0');
const dayOf = (t: Date): string => `${t.getFullYear()}-${t.getMonth()}-${t.getDate()}`;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** 13:20, in the viewer's zone; with seconds only when they are not 0. */
export function formatClock(ms: number): string {
  const t = new Date(ms);
  const seconds = t.getSeconds() === 0 ? '' : `:${two(t.getSeconds())}`;
  return `${two(t.getHours())}:${two(t.getMinutes())}${seconds}`;
}

/** 13:20: for what a minute is exact enough for. */
export const formatMinute = (ms: number): string => formatClock(Math.round(ms / 60_000) * 60_000);

export function formatDay(ms: number): string {
  const t = new Date(ms);
  return `${t.getDate()} ${MONTHS[t.getMonth()]}`;
}

/** 13:20:07 today, 18 Nov 13:20:07 otherwise: one moment, to the second. */
export function formatMoment(ms: number, nowMs: number): string {
  const t = new Date(ms);
  const clock = `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
  return dayOf(t) === dayOf(new Date(nowMs)) ? clock : `${formatDay(ms)} ${clock}`;
}

/** 11:20 – 13:20 today, 18 Nov 22:00 – 19 Nov 02:00 otherwise. Seconds are shown for short ranges only. */
export function formatRange({ from, to }: Range, nowMs: number): string {
  const clock = (ms: number): string =>
    to - from < 600_000
      ? formatClock(Math.round(ms / 1000) * 1000)
      : formatClock(Math.round(ms / 60_000) * 60_000);
  const a = new Date(from);
  const b = new Date(to);
  if (dayOf(a) === dayOf(b)) {
    const day = dayOf(a) === dayOf(new Date(nowMs)) ? '' : `${formatDay(from)} `;
    return `${day}${clock(from)} – ${clock(to)}`;
  }
  return `${formatDay(from)} ${clock(from)} – ${formatDay(to)} ${clock(to)}`;
}

const trim = (n: number): string => String(Math.round(n * 10) / 10);

/** 45 s, 15 min, 2 h, 7 d. */
export function formatSpan(ms: number): string {
  if (ms < 90_000) return `${trim(ms / 1000)} s`;
  if (ms < 3_600_000) return `${trim(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${trim(ms / 3_600_000)} h`;
  return `${trim(ms / 86_400_000)} d`;
}

/** How long ago something was. */
export function formatAgo(ms: number, nowMs: number): string {
  const age = nowMs - ms;
  if (age < 60_000) return 'just now';
  if (age < 3_600_000) return `${Math.floor(age / 60_000)} min ago`;
  if (age < 86_400_000) return `${Math.floor(age / 3_600_000)} h ago`;
  return `${Math.floor(age / 86_400_000)} d ago`;
}

/** The value of an `<input type="datetime-local">`, in the viewer's zone. */
export function toLocalInput(ms: number): string {
  const t = new Date(ms);
  return `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())}T${two(t.getHours())}:${two(t.getMinutes())}`;
}

const STEPS_MS = [
  15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000,
  21_600_000, 43_200_000, 86_400_000,
];
const POINTS_MAX = 240;

/** The step of a series: a whole number of agent windows, at most so many of them. */
export const stepFor = ({ from, to }: Range, pointsMax = POINTS_MAX): number =>
  STEPS_MS.find((step) => (to - from) / step <= pointsMax) ?? STEPS_MS.at(-1)!;
