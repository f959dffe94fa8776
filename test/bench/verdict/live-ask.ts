import type { BenchServer } from '../server-run.ts';

/** The JSON answer of the server under the bench. Errors  what it answered instead. */
export async function askJson<T>(server: BenchServer, path: string): Promise<T> {
  const response = await fetch(`${server.url}${path}`);
  if (!response.ok)
    throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
