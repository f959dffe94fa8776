import { afterAll } from 'vitest';
import { startClickHouseHttp } from '../support/clickhouse-http.ts';
import { describeProfileStore } from './profile-store.ts';

/** A real server when there is one; else its HTTP interface in front of the embedded engine. */
const configured = process.env['CLICKHOUSE_TEST_URL'];
const own = configured === undefined ? await startClickHouseHttp() : null;
afterAll(() => own?.close());

// Each run has a database of its own.
describeProfileStore('ClickHouse over HTTP', configured ?? own!.url);
