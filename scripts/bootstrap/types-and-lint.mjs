// `tsc -p .` and `eslint .` over one program: the rules that know types ask the checker that has just been through all of
// it. Apart, the two cost half as much again.
import { ESLint } from 'eslint';
import process from 'node:process';
import ts from 'typescript';

const format = (diagnostics) =>
  ts.formatDiagnostics(diagnostics, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: ts.sys.getCurrentDirectory,
    getNewLine: () => '\n',
  });

function readProgram() {
  const onUnRecoverableConfigFileDiagnostic = (diagnostic) => {
    throw new Error(format([diagnostic]));
  };
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic };
  const { fileNames, options, errors } = ts.getParsedCommandLineOfConfigFile('tsconfig.json', {}, host);
  return ts.createProgram({ rootNames: fileNames, options, configFileParsingDiagnostics: errors });
}

function checkTypes(program) {
  const diagnostics = ts.getPreEmitDiagnostics(program);
  process.stdout.write(format(diagnostics));
  return diagnostics.length === 0;
}

async function lint(program) {
  const sharing = {
    files: ['**/*.ts'],
    // Not in the program: their packages are installed by `npm run bench` only.
    ignores: ['bench/peers/**'],
    languageOptions: { parserOptions: { projectService: false, programs: [program] } },
  };
  const eslint = new ESLint({ overrideConfig: [sharing] });
  const results = await eslint.lintFiles(['.']);
  const formatter = await eslint.loadFormatter('stylish');
  process.stdout.write(await formatter.format(results));
  return results.every(({ errorCount, warningCount }) => errorCount + warningCount === 0);
}

const program = readProgram();
const typed = checkTypes(program);
const linted = await lint(program);
process.exitCode = typed && linted ? 0 : 1;
