import { defineConfig } from 'vitest/config';
import { faults } from './faults.ts';
import { root, withFault } from './with-fault.ts';

const name = process.env['RELEVO_FAULT'];
const fault = faults.find(({ id }) => id === name);
if (!fault) throw new Error(`RELEVO_FAULT names no fault: ${name}`);

// The case of one fault, with that fault in the product.
export default defineConfig({
  root,
  plugins: [withFault(fault)],
  test: {
    include: ['test/conformance/in-memory.test.ts'],
    testNamePattern: ` ${fault.id} `,
    testTimeout: 60_000,
    // What it keeps of a file is found again without asking the plugin: a fault would miss, or stay for others.
    fsModuleCache: false,
  },
});
