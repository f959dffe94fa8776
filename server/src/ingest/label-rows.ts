import { hash64, type Label } from '@flamehouse/proto';
import type { UploadMeta } from '../storage/profile-store.ts';
import type { Repairs } from './repairs.ts';

/** Where the samples of one label set go. */
export interface LabelRow {
  readonly series: SeriesRow;
  readonly endpoint: string;
  readonly span: SpanLabels | null;
  readonly stall: string | undefined; // label `stall`, an index into meta.stalls
}

export interface SeriesRow {
  readonly id: string; // 16 hex
  readonly labels: readonly (readonly [name: string, value: string])[]; // sorted by name
}

export interface SpanLabels {
  readonly traceId: string; // 32 hex; zeros when unknown
  readonly spanId: string; // 16 hex
  readonly activeSpanId: string; // 16 hex, equal to spanId when the sample does not name it
  readonly name: string;
}

/** Whether a series has all its labels, or only those that tell instances apart. */
export type SeriesDetail = 'labels' | 'instance';

/** Says whether a service may have one more series. Each detail has its own count. */
export interface SeriesLimit {
  admit(service: string, seriesId: string, detail: SeriesDetail): boolean;
}

interface AdmittedSeries {
  readonly series: SeriesRow;
  readonly endpoint: string;
  readonly isFolded: boolean;
}

const LABELS_MAX = 32;
const LABEL_NAME_LENGTH_MAX = 128;
const LABEL_VALUE_LENGTH_MAX = 2_048;
const OF_SPANS = new Set(['trace_id', 'span_id', 'active_span_id', 'span_name', 'stall']);

/** The label sets of one upload as series, spans and endpoints. */
export class LabelRows {
  private readonly meta: UploadMeta;
  private readonly limit: SeriesLimit;
  private readonly repairs: Repairs;
  /** By the labels of samples but for those of spans, which differ in every sample. */
  private readonly known = new Map<string, AdmittedSeries>();

  constructor(meta: UploadMeta, limit: SeriesLimit, repairs: Repairs) {
    this.meta = meta;
    this.limit = limit;
    this.repairs = repairs;
  }

  /** `samples` is how many samples of the profile have the set, for the count of repairs. */
  rowOf(labels: readonly Label[], samples: number): LabelRow {
    const ofSample = this.clean(labels, samples);
    const span = this.spanOf(ofSample, samples);
    const stall = ofSample.get('stall');
    for (const name of OF_SPANS) ofSample.delete(name);
    const { series, endpoint } = this.seriesOf(ofSample, samples);
    return { series, endpoint, span, stall };
  }

  /** Text labels by name, at most 32 and none too long. */
  private clean(labels: readonly Label[], samples: number): Map<string, string> {
    const kept = new Map<string, string>();
    for (const { key, str, num } of labels) {
      if (num !== null) this.repairs.add('numericLabels', samples);
      else if (kept.has(key) || OF_UPLOAD.has(key)) this.repairs.add('repeatedLabels', samples);
      else if (kept.size === LABELS_MAX) this.repairs.add('manyLabels', samples);
      else kept.set(this.cut(key, LABEL_NAME_LENGTH_MAX), this.cut(str, LABEL_VALUE_LENGTH_MAX));
    }
    return kept;
  }

  private cut(text: string, lengthMax: number): string {
    if (text.length <= lengthMax) return text;
    this.repairs.add('longSymbols');
    return `${text.slice(0, lengthMax - 17)}…${hash64([text])}`;
  }

  private spanOf(labels: ReadonlyMap<string, string>, samples: number): SpanLabels | null {
    const trace = labels.get('trace_id') ?? '';
    const span = labels.get('span_id') ?? '';
    if (trace === '' && span === '') return null;
    const active = labels.get('active_span_id') ?? span;
    const usable =
      (trace === '' || /^[0-9a-f]{32}$/i.test(trace)) && SPAN_ID.test(span) && SPAN_ID.test(active);
    if (!usable) {
      this.repairs.add('unusableSpans', samples);
      return null;
    }
    return {
      traceId: trace === '' ? '0'.repeat(32) : trace,
      spanId: span,
      activeSpanId: active,
      name: labels.get('span_name') ?? '',
    };
  }

  private seriesOf(ofSample: ReadonlyMap<string, string>, samples: number): AdmittedSeries {
    let key = '';
    for (const [name, value] of ofSample) key += `${name.length}:${name}${value.length}:${value}`;
    let known = this.known.get(key);
    if (known === undefined) {
      known = this.admittedSeries(ofSample);
      this.known.set(key, known);
    }
    if (known.isFolded) this.repairs.add('foldedSeries', samples);
    return known;
  }

  /** Past the limit a sample keeps what tells instances apart, and past it again only what tells versions apart. */
  private admittedSeries(ofSample: ReadonlyMap<string, string>): AdmittedSeries {
    const { labels, instance } = this.meta;
    const whole = this.series({ ...labels, ...Object.fromEntries(ofSample) }, instance);
    if (this.admits(whole, 'labels')) return admitted(whole, false);
    const endpoint = ofSample.has('endpoint') ? { endpoint: OTHER } : {};
    const narrow = this.series(endpoint, instance);
    const series = this.admits(narrow, 'instance') ? narrow : this.series(endpoint, OTHER);
    return admitted(series, true);
  }

  private series(labels: Readonly<Record<string, string>>, instance: string): SeriesRow {
    const { environment, version } = this.meta;
    const sorted = Object.entries({ ...labels, environment, version, instance })
      .filter(([, value]) => value !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return { id: hash64(sorted.flat()), labels: sorted };
  }

  private admits(series: SeriesRow, detail: SeriesDetail): boolean {
    return this.limit.admit(this.meta.service, series.id, detail);
  }
}

function admitted(series: SeriesRow, isFolded: boolean): AdmittedSeries {
  const endpoint = series.labels.find(([name]) => name === 'endpoint')?.[1] ?? '';
  return { series, endpoint, isFolded };
}

const OTHER = '(other)';
const OF_UPLOAD = new Set(['environment', 'version', 'instance']);
const SPAN_ID = /^[0-9a-f]{16}$/i;
