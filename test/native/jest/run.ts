// `node test/native/jest/run.ts [jest's arguments]`: the hooks, the example and the documents' blocks for
// React Native, rendered under jest with the packed package in place and a sync server to talk to.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startSyncServer } from '../../browser/harness/sync-server.ts';
import { root, run, tarball } from '../../package/workbench.ts';
import { writeNativeBlocks } from './native-blocks.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));

const installed = `${folder}node_modules/relevo`;
rmSync(installed, { recursive: true, force: true });
mkdirSync(installed, { recursive: true });
run(folder, 'tar', '-xzf', tarball('relevo'), '-C', installed, '--strip-components=1');
writeNativeBlocks();
run(root, 'tsc', '--noEmit', '--project', 'test/native/jest');

const reports = process.env['RELEVO_REPORTS'];
const report = reports ? ['--json', `--outputFile=${reports}/jest-${process.pid}.json`] : [];
if (reports) mkdirSync(reports, { recursive: true });

const server = await startSyncServer();
const jest = spawn(
  process.execPath,
  ['node_modules/jest/bin/jest.js', '--config', 'jest/jest.config.json', ...report, ...process.argv.slice(2)],
  { cwd: folder, stdio: 'inherit', env: { ...process.env, RELEVO_TEST_PORT: String(server.port) } },
);
const [code] = (await once(jest, 'exit')) as [number | null];
await server.close();
process.exitCode = code ?? 1;
