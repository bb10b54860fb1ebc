// DuckDB for the benchmark: node engine.mjs DATABASE THREADS. A line of standard
// input is a request {"sql": "..."}; a line of standard output answers it with
// {"ms", "rows"} or {"error"}. Rows are arrays of texts, NULL is "\N". The time is
// from the call of DuckDB to the last row, taken here: pipe and JSON are not in it.
import { createInterface } from 'node:readline';
import { DuckDBInstance } from '@duckdb/node-api';

const [database, threads] = process.argv.slice(2);
const instance = await DuckDBInstance.create(database, { threads });
const connection = await instance.connect();
const say = (o) => process.stdout.write(JSON.stringify(o) + '\n');

say({ ready: (await connection.runAndReadAll('SELECT version()')).getRows()[0][0] });
for await (const line of createInterface({ input: process.stdin })) {
  try {
    const began = performance.now();
    const result = await connection.runAndReadAll(JSON.parse(line).sql);
    const ms = performance.now() - began;
    say({ ms, rows: result.getRowsJson().map((row) => row.map((v) => (v === null ? '\\N' : String(v)))) });
  } catch (e) {
    say({ error: String(e) });
  }
}
connection.closeSync();
instance.closeSync();
