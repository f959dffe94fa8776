// Entry point for `node --require @flamehouse/agent/register` and `node --import <path>/agent/register.js`.
// Plain CommonJS, committed, so that the path exists before anything is built.
// The host application owns the process: whatever goes wrong here costs one line on stderr and nothing else.
'use strict';

try {
  require('./dist/register.js');
} catch (error) {
  const built = require('node:fs').existsSync(
    require('node:path').join(__dirname, 'dist/register.js'),
  );
  const reason = built
    ? `not started: ${String(error?.message).split('\n')[0]}`
    : 'not started: the agent is not built; run `npm run build -w agent` in the Flamehouse repository';
  try {
    require('node:fs').writeSync(2, `[flamehouse] ${reason}\n`);
  } catch {
    // stderr is closed: there is nobody to tell.
  }
}
