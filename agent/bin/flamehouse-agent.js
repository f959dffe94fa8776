#!/usr/bin/env node
// Committed plain JavaScript, so that npm can link it before anything is built.
'use strict';

const built = require('node:path').join(__dirname, '../dist/doctor.js');

if (require('node:fs').existsSync(built)) {
  require(built)
    .doctor(process.argv.slice(2))
    .then((exitCode) => {
      process.exitCode = exitCode;
    });
} else {
  console.error('flamehouse-agent is not built: run `npm run build -w agent` in the repository');
  process.exitCode = 2;
}
