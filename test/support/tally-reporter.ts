import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends every run with one plain line, `N passed, N failed, N skipped`.
 *
 * With CI=true a skipped test fails the run: what was not run was not shown.
 */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    const skipped: string[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'pending') continue;
        count[state]++;
        if (state === 'skipped') skipped.push(`${module.relativeModuleId}: ${test.fullName}`);
      }
    }
    process.stdout.write(
      `\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`,
    );
    if (skipped.length === 0 || process.env['CI'] !== 'true') return;
    process.stdout.write(`With CI=true no test may be skipped:\n  ${skipped.join('\n  ')}\n`);
    process.exitCode = 1;
  }
}
