#!/usr/bin/env node
/**
 * Compiles src/ to dist/. `--if-stale` does nothing when dist/ is newer than everything that it is made from.
 * dist/ is made beside the old one and swapped in whole: a program that runs from it never sees half a build.
 */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleCommandLine } from './bundle.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const sources = ['src', 'schema', 'scripts/build.mjs', 'scripts/bundle.mjs', 'tsconfig.json', 'package-lock.json']

if (!process.argv.includes('--if-stale') || isStale()) await build()

/** Whether anything was added, changed or removed since dist/ was made; its own time is when its build began. */
function isStale() {
  if (!existsSync(dist)) return true
  const builtMs = statSync(dist).mtimeMs
  return sources.some((path) => changedMs(join(root, path)) > builtMs)
}

/** The newest modification below a path; a directory's own time counts, because removing a file changes it. */
function changedMs(path) {
  if (!existsSync(path)) return 0
  const status = statSync(path)
  if (!status.isDirectory()) return status.mtimeMs
  return Math.max(status.mtimeMs, ...readdirSync(path).map((name) => changedMs(join(path, name))))
}

async function build() {
  const began = new Date()
  const fresh = join(root, '.cache', `dist-${process.pid}`)
  const old = join(root, '.cache', `dist-old-${process.pid}`)
  mkdirSync(join(root, '.cache'), { recursive: true })
  // What is unused is for `npm run check` to say; code that is being worked on must run all the same.
  const lenient = ['--noUnusedLocals', 'false', '--noUnusedParameters', 'false']
  const tsc = spawnSync(join(root, 'node_modules/.bin/tsc'), ['--outDir', fresh, ...lenient], {
    cwd: root,
    stdio: 'inherit',
  })
  if (tsc.status !== 0) {
    rmSync(fresh, { recursive: true, force: true })
    process.stderr.write('build: the sources have type errors, dist/ is left as it was\n')
    process.exit(1)
  }
  copyOtherFiles(join(root, 'src'), fresh)
  await bundleCommandLine(fresh)
  writeFileSync(join(fresh, 'build.json'), `${JSON.stringify({ commit: commitOf() })}\n`)
  chmodSync(join(fresh, 'cli', 'main.js'), 0o755)
  utimesSync(fresh, began, began)
  if (existsSync(dist)) renameSync(dist, old)
  renameSync(fresh, dist)
  rmSync(old, { recursive: true, force: true })
}

/** Git's commit of the sources, with a `+` where they are not as it has them; undefined, which is left out, without git. */
function commitOf() {
  const git = (...words) => spawnSync('git', ['-C', root, ...words], { encoding: 'utf8' })
  const { status, stdout } = git('rev-parse', 'HEAD')
  if (status !== 0) return undefined
  const isChanged = git('status', '--porcelain', '--', 'src', 'schema', 'package-lock.json').stdout !== ''
  return `${stdout.trim()}${isChanged ? '+' : ''}`
}

/** What is no TypeScript (scripts that run inside hosts, say) goes along as it is. */
function copyOtherFiles(from, to) {
  cpSync(from, to, {
    recursive: true,
    filter: (path) => statSync(path).isDirectory() || extname(path) !== '.ts',
  })
}
