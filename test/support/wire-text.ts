import {
  Function as Func,
  Label,
  Line,
  Location,
  Mapping,
  Profile,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format';

/** A pprof message written by pprof-format, the second opinion on our own codec. */
export interface WireInput {
  readonly sampleTypes?: readonly (readonly [type: string, unit: string])[];
  readonly samples?: readonly {
    readonly locations: readonly (number | bigint)[]; // leaf first
    readonly values: readonly (number | bigint)[];
    readonly labels?: readonly {
      key: string;
      str?: string;
      num?: number | bigint;
      unit?: string;
    }[];
  }[];
  readonly locations?: readonly {
    readonly id: number | bigint;
    readonly mapping?: number;
    readonly address?: number | bigint;
    readonly lines: readonly (readonly [functionId: number | bigint, line: number])[]; // innermost first
  }[];
  readonly functions?: readonly {
    readonly id: number | bigint;
    readonly name: string;
    readonly file?: string;
    readonly startLine?: number;
  }[];
  readonly mappings?: readonly { readonly id: number; readonly file: string }[];
  readonly timeNanos?: bigint;
  readonly durationNanos?: number;
}

export function wireProfile(input: WireInput): Profile {
  const table = new StringTable();
  const text = (value: string) => table.dedup(value);
  const types = input.sampleTypes ?? [['cpu', 'nanoseconds']];
  return new Profile({
    sampleType: types.map(([type, unit]) => new ValueType({ type: text(type), unit: text(unit) })),
    sample: (input.samples ?? []).map(
      ({ locations, values, labels = [] }) =>
        new Sample({
          locationId: [...locations],
          value: [...values],
          label: labels.map(
            ({ key, str = '', num = 0, unit = '' }) =>
              new Label({ key: text(key), str: text(str), num, numUnit: text(unit) }),
          ),
        }),
    ),
    mapping: (input.mappings ?? []).map(
      ({ id, file }) => new Mapping({ id, filename: text(file) }),
    ),
    location: (input.locations ?? []).map(
      ({ id, mapping = 0, address = 0, lines }) =>
        new Location({
          id,
          mappingId: mapping,
          address,
          line: lines.map(([functionId, line]) => new Line({ functionId, line })),
        }),
    ),
    function: (input.functions ?? []).map(
      ({ id, name, file = '', startLine = 0 }) =>
        new Func({ id, name: text(name), filename: text(file), startLine }),
    ),
    stringTable: table,
    timeNanos: input.timeNanos ?? 0,
    durationNanos: input.durationNanos ?? 0,
  });
}

export function wireBytes(input: WireInput): Uint8Array {
  return wireProfile(input).encode();
}
