import type { FastifyReply } from 'fastify';
import { ApiError } from '../errors.ts';
import { exportFileName } from '../export/file-name.ts';
import { exportFolded } from '../export/folded.ts';
import { exportPprof } from '../export/pprof.ts';
import { exportSpeedscope } from '../export/speedscope.ts';
import type { ProfileSelection, SelectedStacks } from '../storage/profile-store.ts';

const EXPORTS = {
  pprof: { extension: 'pb.gz', contentType: 'application/octet-stream' },
  folded: { extension: 'folded.txt', contentType: 'text/plain; charset=utf-8' },
  speedscope: { extension: 'speedscope.json', contentType: 'application/json; charset=utf-8' },
} as const;

export type ExportFormat = keyof typeof EXPORTS;

/** Errors  ApiError QUERY_PARAMETER_INVALID when a part of a tree is asked for as an export. */
export function checkWhole(query: { readonly format: string; readonly root?: string }): void {
  if (query.root === undefined || query.format === 'json') return;
  throw new ApiError(
    'QUERY_PARAMETER_INVALID',
    `root is ${query.root}: it works with format=json only, since exports are whole`,
  );
}

/** Send all stacks in the format of another tool, as a file to save. */
export async function sendExport(
  reply: FastifyReply,
  format: ExportFormat,
  selection: Pick<ProfileSelection, 'service' | 'type'>,
  stacks: SelectedStacks,
): Promise<FastifyReply> {
  const { extension, contentType } = EXPORTS[format];
  const fileName = exportFileName(selection, stacks.range, extension);
  const body =
    format === 'pprof'
      ? await exportPprof(selection, stacks)
      : format === 'folded'
        ? exportFolded(stacks)
        : exportSpeedscope(selection, stacks);
  return reply
    .type(contentType)
    .header('content-disposition', `attachment; filename="${fileName}"`)
    .send(body);
}
