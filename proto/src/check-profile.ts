import { ProfileError } from './errors.ts';
import { IdIndex } from './id-index.ts';
import type { Uint32List, Uint64List } from './typed-list.ts';
import type { WireProfile } from './wire-profile.ts';

/** References that were found, and the indexes for those that decode still has to look up. */
export interface CheckedIds {
  readonly locationRows: Int32Array; // entry of locationIds -> row of locations
  readonly funcRows: Int32Array; // line -> row of functions, -1 for id 0
  readonly mapping: IdIndex;
}

/**
 * Check what a pprof must hold to mean anything, straight after its bytes were read.
 *
 * A function id of 0 is left to decode, which mends it; every other broken reference rejects.
 * Errors  ProfileError with the code of the first violation, naming the row or id and both values.
 * Source  https://github.com/google/pprof/blob/main/profile/profile.go, CheckValid
 */
export function checkWireProfile(wire: WireProfile): CheckedIds {
  if (wire.sampleTypes.length === 0) {
    throw new ProfileError(
      'PROFILE_NO_SAMPLE_TYPE',
      `got 0 sample types with ${wire.samples.valueEnd.length} samples`,
    );
  }
  checkStrings(wire);
  checkValues(wire);
  const ids: CheckedIds = {
    locationRows: checkedLocations(wire),
    funcRows: uniqueIds('function', wire.functions.id).rowsOf(wire.lines.func),
    mapping: uniqueIds('mapping', wire.mappings.id),
  };
  checkFunctions(wire, ids);
  return ids;
}

function checkStrings(wire: WireProfile): void {
  const count = Math.max(1, wire.strings.length); // index 0 is the empty string, with or without a table
  const fail = (what: string, index: number): never => {
    const got = index === 0xffffffff ? 'an index over 32 bits' : `index ${index}`;
    throw new ProfileError(
      'PROFILE_STRING_OUT_OF_RANGE',
      `${what} is ${got}, but string_table has ${wire.strings.length} entries`,
    );
  };
  const column = (what: string, indexes: Uint32List) => {
    for (let row = 0; row < indexes.length; row++) {
      if (indexes.at(row) >= count) fail(`${what} ${row}`, indexes.at(row));
    }
  };
  wire.sampleTypes.forEach(({ type, unit }, row) => {
    if (type >= count) fail(`type of sample_type ${row}`, type);
    if (unit >= count) fail(`unit of sample_type ${row}`, unit);
  });
  if (wire.periodType !== null) {
    if (wire.periodType.type >= count) fail('type of period_type', wire.periodType.type);
    if (wire.periodType.unit >= count) fail('unit of period_type', wire.periodType.unit);
  }
  if (wire.defaultSampleType >= count) fail('default_sample_type', wire.defaultSampleType);
  for (const comment of wire.comments) if (comment >= count) fail('comment', comment);
  column('key of label', wire.labels.key);
  column('str of label', wire.labels.str);
  column('num_unit of label', wire.labels.numUnit);
  column('name of function', wire.functions.name);
  column('system_name of function', wire.functions.systemName);
  column('filename of function', wire.functions.file);
  column('filename of mapping', wire.mappings.file);
}

function checkValues(wire: WireProfile): void {
  const perSample = wire.sampleTypes.length;
  let start = 0;
  for (let sample = 0; sample < wire.samples.valueEnd.length; sample++) {
    const end = wire.samples.valueEnd.at(sample);
    if (end - start !== perSample) {
      throw new ProfileError(
        'PROFILE_VALUE_COUNT',
        `sample ${sample} has ${end - start} values, but there are ${perSample} sample types`,
      );
    }
    start = end;
  }
  if (wire.values.isNarrow) return;
  for (let row = 0; row < wire.values.length; row++) {
    if (wire.values.highAt(row) < 0x80000000) continue;
    throw new ProfileError(
      'PROFILE_VALUE_NEGATIVE',
      `sample ${Math.floor(row / perSample)} has value ${BigInt.asIntN(64, BigInt(wire.values.at(row)))} for sample type ${row % perSample}`,
    );
  }
}

function uniqueIds(table: string, ids: Uint64List): IdIndex {
  const index = new IdIndex(ids);
  if (index.duplicate !== null) {
    const [first, second] = index.duplicate;
    throw new ProfileError(
      'PROFILE_ID_DUPLICATE',
      `${table} id ${ids.at(first)} is in rows ${first} and ${second}`,
    );
  }
  return index;
}

function checkedLocations(wire: WireProfile): Int32Array {
  const rows = uniqueIds('location', wire.locations.id).rowsOf(wire.locationIds);
  const dangling = rows.indexOf(-1);
  if (dangling < 0) return rows;
  let sample = 0;
  while (dangling >= wire.samples.locationEnd.at(sample)) sample++;
  throw new ProfileError(
    'PROFILE_LOCATION_DANGLING',
    `sample ${sample} names location ${wire.locationIds.at(dangling)}, which is not among the ${wire.locations.id.length} locations`,
  );
}

function checkFunctions(wire: WireProfile, ids: CheckedIds): void {
  for (let line = 0; line < wire.lines.func.length; line++) {
    if (ids.funcRows[line]! >= 0) continue;
    const id = wire.lines.func.at(line);
    if (id === 0) continue;
    let location = 0;
    while (line >= wire.locations.lineEnd.at(location)) location++;
    throw new ProfileError(
      'PROFILE_FUNCTION_DANGLING',
      `location ${wire.locations.id.at(location)} names function ${id}, which is not among the ${wire.functions.id.length} functions`,
    );
  }
}
