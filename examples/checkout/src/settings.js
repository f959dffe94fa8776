/**
 * @typedef {object} Settings
 * @property {string} version 1.1.0 carries the planted fault; every other version is sound
 * @property {string} host
 * @property {number} port 0 takes a free one
 * @property {string | null} inventoryUrl where examples/inventory listens; null: the service runs alone
 */

/**
 * Read the settings from the environment.
 *
 * Errors  throws when PORT is not a port number.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Settings}
 */
export function readSettings(env) {
  const port = Number(env['PORT'] ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`PORT is ${env['PORT']}, expected a number from 0 to 65535`);
  }
  return {
    version: env['VERSION'] ?? '1.0.0',
    host: env['HOST'] ?? '127.0.0.1',
    port,
    inventoryUrl: env['INVENTORY_URL'] ?? null,
  };
}
