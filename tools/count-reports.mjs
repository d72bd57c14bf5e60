// `count-reports.mjs FOLDER EXIT_CODE` prints "PASSED FAILED" for one gate: what its vitest runs
// reported, or the gate itself where none did. A gate that failed without a failed test counts as one.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const [folder, code] = process.argv.slice(2);
const reports = (existsSync(folder) ? readdirSync(folder) : []).map((name) =>
  JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')),
);

const sum = (field) => reports.reduce((total, report) => total + report[field], 0);
const gateFailed = code !== '0';
const passed = reports.length > 0 ? sum('numPassedTests') : Number(!gateFailed);
const failed = reports.length > 0 ? Math.max(sum('numFailedTests'), Number(gateFailed)) : Number(gateFailed);
console.log(passed, failed);
