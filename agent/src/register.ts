/**
 * The preload of `node --require @flamehouse/agent/register`. Beside the child in `exit-upload.ts`
 * the one file that acts when loaded. The host owns the process: `startAgent` never throws.
 */
import { startAgent } from './start.ts';

startAgent();
