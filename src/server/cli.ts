#!/usr/bin/env node
// Makes this file a module, which may await at its top.
export {};

// Nothing native may be imported before this check: on Node 20 better-sqlite3 ends the process without a word.
const major = Number(process.versions.node.split('.')[0]);

if (major < 22) {
  console.error(
    `relevo-server needs Node 22 or newer; this is ${process.versions.node}. See https://nodejs.org/en/download`,
  );
  process.exitCode = 1;
} else {
  const { main } = await import('./cli/main.ts');
  process.exitCode = await main(process.argv.slice(2), process.env);
}
