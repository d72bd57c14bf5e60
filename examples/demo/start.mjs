// `npm run demo`. Options: --fresh forgets the last run's database, --port 5000 takes 5000… instead of 4000….
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startDemo } from './starter/demo.mjs';

if (Number(process.versions.node.split('.')[0]) < 22) {
  console.error(
    `The sync server needs Node 22 or newer and this is ${process.version}. \`npm run demo\` brings its own.`,
  );
  process.exit(1);
}

const { values } = parseArgs({
  options: { fresh: { type: 'boolean' }, port: { type: 'string', default: '4000' }, data: { type: 'string' } },
});
const dataFolder = values.data ?? fileURLToPath(new URL('.data/', import.meta.url));

// Asked to stop while starting: stop as soon as there is something to stop.
const asked = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => asked.abort());
const stopAsked = new Promise((resolve) => asked.signal.addEventListener('abort', resolve));

try {
  const demo = await startDemo({ dataFolder, isFresh: values.fresh === true, firstPort: Number(values.port) });
  const { start, laptop, phone, tablet, sync } = demo.addresses;
  if (!asked.signal.aborted)
    console.log(`
  Relevo demo: one customer, many devices

    Open this            ${start}

    The laptop alone     ${laptop}
    The phone alone      ${phone}
    The tablet alone     ${tablet}
    The sync server      ${sync}   SQLite and log in ${dataFolder}

  Ctrl-C stops everything. \`npm run demo -- --fresh\` starts with an empty database.
`);
  const how = await Promise.race([stopAsked, demo.syncServer.exited]);
  if (!asked.signal.aborted) {
    console.error(`The sync server has ended by itself (${how}); see its log.`);
    process.exitCode = 1;
  }
  await demo.stop();
} catch (error) {
  // Ctrl-C reaches the sync server too: that it did not start is then no fault.
  if (!asked.signal.aborted) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
