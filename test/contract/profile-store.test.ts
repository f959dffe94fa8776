import { describeProfileStore } from './profile-store.ts';

describeProfileStore('embedded engine', null);

// The same suite against a server, each run in a database of its own.
const url = process.env['CLICKHOUSE_TEST_URL'];
if (url !== undefined) describeProfileStore('ClickHouse over HTTP', url);
