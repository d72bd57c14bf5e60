// Writes api.ts from the schemas: `node test/openapi/generate.ts`. A test holds the two equal.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { startChannels } from '../server/channel-world.ts';

const require = createRequire(fileURLToPath(new URL('client/package.json', import.meta.url)));
const { default: generate, astToString } = require('openapi-typescript');
const world = await startChannels();
const { json } = await world.ask('/openapi.json');
writeFileSync(new URL('api.ts', import.meta.url), astToString(await generate(json)));
await world.stop();
