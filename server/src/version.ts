import manifest from '../package.json' with { type: 'json' };

/** The version of this package, as its package.json says at build time. */
export const SERVER_VERSION: string = manifest.version;
