import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { render, screen } from '@testing-library/react-native';
import type { FunctionComponent } from 'react';
import { createRelevo, type Platform, type Relevo } from 'relevo';
import { serverUrl } from './devices.ts';

// The blocks that documents mark `native`, as run.ts wrote them: one is run by what it exports.
type Block = { readonly App?: FunctionComponent; readonly relevo?: Relevo; readonly platform?: Platform };

const folder = join(__dirname, '../../../reports/native-blocks');
const documentsUrl = 'https://sync.shop.example';

// The documents' server is the test's.
const { fetch } = globalThis;
jest
  .spyOn(globalThis, 'fetch')
  .mockImplementation((url, init) => fetch(String(url).replace(documentsUrl, serverUrl), init));

let running: Relevo | undefined;
afterEach(() => running?.stop());

test.each(readdirSync(folder))('%s', async (name) => {
  const { App, platform, ...block } = require(join(folder, name)) as Block;
  const options = { endpoint: documentsUrl, site: 'pk_demo' };
  running = block.relevo ?? (platform && createRelevo({ ...options, platform }));
  if (!running && !App) throw new Error(`${name} exports none of: App, relevo, platform.`);

  if (App) {
    render(<App />);
    expect(screen.toJSON()).not.toBeNull();
  }
  if (running) {
    await running.cart.add({ sku: 'MUG-1' }).synced;
    expect(running.cart.lines).toMatchObject([{ sku: 'MUG-1', channel: 'ios' }]);
    expect(running.status.storage).not.toBe('memory');
    expect(running.status.degraded).toBeUndefined();
  }
});
