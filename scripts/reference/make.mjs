#!/usr/bin/env node
/**
 * Writes docs/library-reference.md from the docstrings of what src/index.ts exports, by typedoc, which is
 * installed below .cache/ first, where it is not. `--check` writes nothing, and exits 1 when the committed page is another.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const page = join(here, '../../docs/library-reference.md')
const tools = join(here, '../../.cache/typedoc')
const formatter = join(here, '../../node_modules/.bin/oxfmt')

const lockfile = readFileSync(join(here, 'package-lock.json'), 'utf8')
const installed = join(tools, 'installed')
if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lockfile) {
  mkdirSync(tools, { recursive: true })
  for (const name of ['package.json', 'package-lock.json']) cpSync(join(here, name), join(tools, name))
  const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', ['ci', ...quietly], { cwd: tools, stdio: ['ignore', 2, 2] })
  writeFileSync(installed, lockfile)
}

const out = mkdtempSync(join(tmpdir(), 'evenkeel-reference-'))
try {
  execFileSync(join(tools, 'node_modules/.bin/typedoc'), ['--options', join(here, 'typedoc.json'), '--out', out], {
    cwd: tools,
    stdio: ['ignore', 2, 2],
  })
  const made = join(out, 'library-reference.md')
  writeFileSync(made, tidied(readFileSync(made, 'utf8')))
  execFileSync(formatter, [made], { stdio: ['ignore', 'ignore', 2] })
  const text = readFileSync(made, 'utf8')
  if (!process.argv.includes('--check')) writeFileSync(page, text)
  else if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
    process.stderr.write('docs/library-reference.md is not what `node scripts/reference/make.mjs` writes\n')
    process.exitCode = 1
  }
} finally {
  rmSync(out, { recursive: true, force: true })
}

/** Every place that has an error's code says all of them; one name says it better. What is inherited is told once, and links go to names, not to members. */
function tidied(text) {
  return text
    .replaceAll(/(?:`"[A-Z0-9_]+"`(?: \\\| )?){20,}/g, '`Code`')
    .replaceAll(/\n#+ (?:Overrides|Inherited from)\n\n.*\n/g, '')
    .replaceAll(/\n\*\*\*\n/g, '')
    .replaceAll(/\[([^\]]*)\]\(#[^)]*-\d+\)/g, '$1')
    .replaceAll(/\[([^\]]*)\]\(#property-[^)]*\)/g, '$1')
}
