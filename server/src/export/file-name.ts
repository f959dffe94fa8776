import { aliasOf } from '@flamehouse/proto';
import type { ProfileSelection, TimeRange } from '../storage/profile-store.ts';

/** A name for a saved export: `checkout-cpu-20261120T132000Z-20261120T142000Z.pb.gz`. */
export function exportFileName(
  selection: Pick<ProfileSelection, 'service' | 'type'>,
  range: TimeRange,
  extension: string,
): string {
  const type = aliasOf(selection.type) ?? selection.type;
  const name = [selection.service, type, compact(range.from), compact(range.to)].join('-');
  return `${name.replaceAll(/[^A-Za-z0-9._-]+/g, '_').slice(0, 150)}.${extension}`;
}

function compact(epochMs: number): string {
  return new Date(epochMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}
