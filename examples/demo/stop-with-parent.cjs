// Preload for everything the demo starts: when the demo is gone, however it ended, so are they.
'use strict';

process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
