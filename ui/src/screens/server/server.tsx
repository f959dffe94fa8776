import type { ServerAnswer } from '@flamehouse/proto';
import { useEffect } from 'preact/hooks';
import { apiUrl, getJson } from '../../api/client.ts';
import { useQuery } from '../../api/use-query.ts';
import { REFRESH_MS, useTick } from '../../api/use-services.ts';
import { Shell } from '../../components/shell.tsx';
import { Failed, Notice, Progress, RowsSkeleton } from '../../components/states.tsx';
import { formatBytes, formatCount, formatPercent, plural } from '../../format.ts';
import { formatAgo, formatSpan } from '../../time.ts';
import { RefreshFailed } from '../requests/refresh-failed.tsx';
import { Rejected, Retention, TableSizes } from './sections.tsx';
import { serverProblems, serverSentence } from './words.ts';

/** What does the server keep, and how full is it? */
export function ServerScreen() {
  useEffect(() => {
    document.title = 'Server · Flamehouse';
  }, []);
  const tick = useTick(REFRESH_MS);
  const query = useQuery<ServerAnswer>(
    `server ${tick}`,
    (signal) => getJson(apiUrl('server'), signal),
    'server',
  );
  const answer = query.data;
  return (
    <Shell title="Server" bar={<span class="title grow">Server</span>}>
      {answer === null ? (
        query.failure === null ? (
          <>
            <Progress />
            <RowsSkeleton rows={8} />
          </>
        ) : (
          <Failed failure={query.failure} onRetry={query.retry} />
        )
      ) : (
        <>
          <RefreshFailed query={query} />
          {serverProblems(answer).map((problem) => (
            <Notice kind="warn" key={problem}>
              {problem}
            </Notice>
          ))}
          <Overview answer={answer} nowMs={query.loadedAt} />
        </>
      )}
    </Shell>
  );
}

function Overview({ answer, nowMs }: { readonly answer: ServerAnswer; readonly nowMs: number }) {
  const { disk, spool, uploads, engine } = answer;
  const rejected = Object.values(uploads.rejected).reduce((sum, count) => sum + count, 0);
  const used = (disk.totalBytes - disk.freeBytes) / (disk.totalBytes || 1);
  return (
    <>
      <div class="page-head">
        <div class="grow">
          <h1>{serverSentence(answer)}</h1>
          <p>
            Flamehouse {answer.version} on{' '}
            {engine.kind === 'embedded' ? 'the embedded engine' : 'ClickHouse over HTTP'}, version{' '}
            {engine.version}. Started {formatAgo(answer.startedAt, nowMs)}.
          </p>
        </div>
      </div>
      <div class="tiles">
        <Tile
          k="Disk free"
          v={formatBytes(disk.freeBytes)}
          d={`of ${formatBytes(disk.totalBytes)}; at least ${formatBytes(disk.freeBytesMin)} stay free`}
          share={used}
          bad={disk.freeBytes < disk.freeBytesMin}
        />
        <Tile k="Data" v={formatBytes(disk.dataBytes)} d="all tables, compressed" />
        <Tile
          k="Waiting in the spool"
          v={formatBytes(spool.bytes)}
          d={`${plural(spool.segments, 'segment')}, of ${formatBytes(spool.bytesMax)} at most`}
          share={spool.bytes / (spool.bytesMax || 1)}
          bad={spool.setAside > 0}
        />
        <Tile
          k="Uploads since the start"
          v={formatCount(uploads.stored)}
          d={
            rejected === 0
              ? `${formatBytes(uploads.bytes)}, none rejected`
              : `${formatCount(rejected)} rejected, ${formatPercent(rejected / (rejected + uploads.stored))}`
          }
        />
      </div>
      <div class="server-grid">
        <Retention answer={answer} nowMs={nowMs} />
        <Rejected answer={answer} />
      </div>
      <TableSizes answer={answer} nowMs={nowMs} />
      <footer class="foot">
        <span>
          The same for machines: <span class="mono">GET /api/v1/server</span> and{' '}
          <span class="mono">/metrics</span>. Up for {formatSpan(nowMs - answer.startedAt)}.
        </span>
      </footer>
    </>
  );
}

function Tile(props: {
  readonly k: string;
  readonly v: string;
  readonly d: string;
  readonly share?: number; // of what there is room for
  readonly bad?: boolean;
}) {
  const { share } = props;
  return (
    <div class="tile">
      <div class="k">{props.k}</div>
      <div class="v">{props.v}</div>
      <div class="d" title={props.d}>
        {props.d}
      </div>
      {share !== undefined && (
        <span class={props.bad === true ? 'meter bad' : 'meter'} aria-hidden="true">
          <i style={{ width: `${(Math.min(1, share) * 100).toFixed(1)}%` }} />
        </span>
      )}
    </div>
  );
}
