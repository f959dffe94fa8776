/**
 * Run a job again and again, never twice at once, until the returned function is called.
 * A job that fails is reported on stderr and runs again next time.
 *
 * @param {number} intervalMs
 * @param {() => Promise<unknown>} job
 * @returns {() => void}
 */
export function runEvery(intervalMs, job) {
  let running = false;
  const timer = setInterval(async () => {
    if (running) return;
    running = true;
    try {
      await job();
    } catch (error) {
      process.stderr.write(`checkout: job failed: ${error}\n`);
    } finally {
      running = false;
    }
  }, intervalMs);
  return () => clearInterval(timer);
}
