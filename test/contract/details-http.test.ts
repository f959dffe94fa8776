import { afterAll } from 'vitest';
import { startClickHouseHttp } from '../support/clickhouse-http.ts';
import { describeDetails } from './details.ts';

/** A real server when there is one; else its HTTP interface in front of the embedded engine. */
const configured = process.env['CLICKHOUSE_TEST_URL'];
const own = configured === undefined ? await startClickHouseHttp() : null;
afterAll(() => own?.close());

describeDetails('ClickHouse over HTTP', configured ?? own!.url);
