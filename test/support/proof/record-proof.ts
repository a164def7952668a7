import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from './project-root.js'

/** Where `--record` writes: the part of docs/reliability.md between the marks of this name. */
export function recordProof(name: string, seed: number | undefined, lines: readonly string[]): void {
  const path = join(projectRoot, 'docs/reliability.md')
  const text = readFileSync(path, 'utf8')
  const begin = `<!-- ${name} -->\n`
  const end = `<!-- /${name} -->\n`
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`docs/reliability.md has no part ${name}`)
  const block = [
    '```',
    ...lines,
    '```',
    '',
    `${[dateOf(), commitOf(), ...(seed === undefined ? [] : [`seed ${seed}`]), machine()].join(', ')}.`,
  ]
  writeFileSync(path, `${text.slice(0, from)}${begin}\n${block.join('\n')}\n\n${text.slice(to)}`)
}

function dateOf(): string {
  return new Date().toISOString().slice(0, 10)
}

/** `commit 1a2b3c4`, and ` with changes` where src/ is not as it was committed. */
export function commitOf(): string {
  const git = (...args: string[]) => execFileSync('git', ['-C', projectRoot, ...args], { encoding: 'utf8' }).trim()
  const changed = git('status', '--porcelain', '--', 'src') === '' ? '' : ' with changes'
  return `commit ${git('rev-parse', '--short', 'HEAD')}${changed}`
}

function machine(): string {
  const [first] = cpus()
  return `${cpus().length} cores ${first?.model ?? ''}`.trim()
}
