const AGENT_PACKAGES: ReadonlySet<string> = new Set(['@flamehouse/agent', '@datadog/pprof']);

/** What profiles the process is part of what it runs, but not of the application. */
export function isAgentPackage(name: string | undefined): boolean {
  return name !== undefined && AGENT_PACKAGES.has(name);
}
