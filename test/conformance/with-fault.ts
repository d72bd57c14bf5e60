import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vitest/config';
import type { Fault } from './faults.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The file's text with the fault in it. @throws Error when the line is not there once. */
export const faulty = ({ id, file, from, to }: Fault, text: string): string => {
  if (text.split(from).length !== 2) throw new Error(`the line of ${id} stands not once in ${file}: ${from}`);
  return text.replace(from, () => to);
};

/** Puts a fault into the product while it is loaded; nothing is written. */
export const withFault = (fault: Fault): Plugin => ({
  name: 'with-fault',
  enforce: 'pre',
  transform: (text, id) => (id === root + fault.file ? faulty(fault, text) : undefined),
});
