import type { IncomingUpload } from '../../server/src/storage/profile-store.ts';

/** Send as the agent does. Resolves with whether the server answered 200. */
export async function sendUpload(
  url: string,
  { meta, profiles }: IncomingUpload,
): Promise<boolean> {
  const form = new FormData();
  const { agent, from, to, processCpuNanos, processStartedAtMs, runtime, ...rest } = meta;
  form.append(
    'meta',
    JSON.stringify({ ...rest, from: `${from}`, to: `${to}`, agent: { version: agent!.version } }),
  );
  for (const profile of profiles) {
    form.append('profile', new Blob([new Uint8Array(profile)]), 'cpu.pb.gz');
  }
  try {
    const response = await fetch(`${url}/api/v1/profiles`, { method: 'POST', body: form });
    await response.text();
    return response.status === 200;
  } catch {
    return false; // Killed before or while it answered: the agent would try again.
  }
}
