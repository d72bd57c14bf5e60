import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { conformance } from '../../src/testing/conformance/conformance.ts';
import { faults } from './faults.ts';
import { faulty, root } from './with-fault.ts';

describe('the faults', () => {
  test('are one for each case', () => {
    expect(faults.map(({ id }) => id).sort()).toEqual(conformance.map(({ id }) => id).sort());
  });

  test.each(faults.map((fault) => [fault.id, fault] as const))(
    '%s stands once in its file, and changes it',
    (_, fault) => {
      const text = readFileSync(root + fault.file, 'utf8');
      expect(faulty(fault, text)).not.toBe(text);
      // One line, and code: a comment would change nothing.
      expect(fault.from.trim().includes('\n')).toBe(false);
    },
  );
});
