// Mutants of one group against its tests, for `npm run test:mutation`: the score, and survivors without a reason.
//   node test/mutation/run.ts GROUP               all files of the group
//   node test/mutation/run.ts GROUP --files A,B   some of them, while working on them; judges survivors, not the score
//   node test/mutation/run.ts GROUP --files A --tests B,C   these tests only: quick, and what survives may be found by others
//   node test/mutation/run.ts GROUP --judge       the last report again, after a reason was added
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { figures } from '../../tools/full/figures.ts';
import { groups, least, productOf } from './groups.ts';
import { type Reason, type Report, scoreOf, survivorsOf, withoutReason } from './report.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { files: { type: 'string' }, tests: { type: 'string' }, judge: { type: 'boolean', default: false } },
});
const [name = ''] = positionals;
const group = Object.hasOwn(groups, name) ? groups[name] : undefined;
if (!group) {
  console.error(`Name one of the groups: ${Object.keys(groups).join(', ')}.`);
  process.exit(2);
}

const run = (program: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) => {
  const { status } = spawnSync(program, args, { stdio: 'inherit', ...options });
  if (status !== 0) process.exit(status ?? 1);
};

/** The mutation tester is large, so it has a manifest of its own here. */
const install = () => {
  const stamp = 'test/mutation/node_modules/.relevo-lock';
  const lock = createHash('sha256').update(readFileSync('test/mutation/package-lock.json')).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: 'test/mutation' });
  writeFileSync(stamp, lock);
};

const reportFile = `reports/mutation/${name}.json`;
const earlierFile = `reports/mutation/${name}.earlier.json`;
const madeOfFile = `reports/mutation/${name}.made-of`;

/**
 * After a test was added only what had survived is tried again; the mutation tester sees by itself which mutants and
 * tests are as they were. It sees no other file, so this holds as long as the product is the same.
 */
const keepEarlier = () => {
  const hash = createHash('sha256');
  for (const file of globSync(productOf(group).map((folder) => `${folder}/**/*.ts`)).sort())
    hash.update(file).update(readFileSync(file));
  const madeOf = hash.digest('hex');
  if (existsSync(madeOfFile) && readFileSync(madeOfFile, 'utf8') === madeOf) return;
  rmSync(earlierFile, { force: true });
  mkdirSync(dirname(madeOfFile), { recursive: true });
  writeFileSync(madeOfFile, madeOf);
};

/** Which tests reach a static mutant is not known, so a new one is not seen to: those that had survived meet all again. */
const forgetStatic = () => {
  if (!existsSync(earlierFile)) return;
  const earlier = JSON.parse(readFileSync(earlierFile, 'utf8')) as Report;
  const files = Object.entries(earlier.files).map(([name, file]) => {
    const mutants = file.mutants.filter((mutant) => !(mutant.static && mutant.status === 'Survived'));
    return [name, { ...file, mutants }];
  });
  writeFileSync(earlierFile, JSON.stringify({ ...earlier, files: Object.fromEntries(files) }));
};

if (!values.judge) {
  install();
  keepEarlier();
  forgetStatic();
  rmSync(reportFile, { force: true });
  run(
    'node',
    ['test/mutation/node_modules/@stryker-mutator/core/bin/stryker.js', 'run', 'test/mutation/stryker.config.mjs'],
    {
      env: {
        // A mutant that a hundred random cases do not find is one for a sentence.
        RELEVO_RUNS: '100',
        ...process.env,
        RELEVO_MUTATION: name,
        ...(values.files ? { RELEVO_MUTATE: values.files } : {}),
        ...(values.tests ? { RELEVO_MUTATION_TESTS: values.tests } : {}),
      },
    },
  );
}

const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
const reasons = JSON.parse(readFileSync('test/mutation/survivors.json', 'utf8')) as Reason[];
const { killed, timeout, survived, uncovered, percent } = scoreOf(report);
const unexplained = withoutReason(survivorsOf(report), reasons);

for (const { file, was, is } of unexplained) console.log(`\n${file}\n- ${was}\n+ ${is}`);
console.log(
  `\n${name}: ${percent} % of ${killed + timeout + survived + uncovered} mutants noticed (${killed} killed, ${timeout} hung, ` +
    `${survived} survived, ${uncovered} in code that no test runs); ${unexplained.length} without a reason in test/mutation/survivors.json`,
);
figures.min(`mutation score: ${name}`, percent);
figures.sum('mutants', killed + timeout + survived + uncovered);
figures.sum('mutants killed', killed);
figures.sum('mutants that hung', timeout);
figures.sum('survivors', survived + uncovered);
figures.sum('survivors without a reason', unexplained.length);
process.exitCode = unexplained.length || (!values.files && percent < least) ? 1 : 0;
