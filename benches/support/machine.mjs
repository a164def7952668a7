import { execFileSync } from 'node:child_process'
import { cpus, loadavg, release, totalmem } from 'node:os'

/** What figures depend on, as Markdown list lines. */
export function describeMachine() {
  const [cpu] = cpus()
  const changed = git('status', '--porcelain', '--', 'src', 'benches', 'schema') !== ''
  return [
    `- date: ${new Date().toISOString().slice(0, 10)}`,
    `- commit: ${git('rev-parse', '--short=12', 'HEAD')}${changed ? ', with changes on top' : ''}`,
    `- machine: ${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release().split('-')[0]}`,
    `- load when it began: ${loadavg()[0]?.toFixed(1)}`,
    `- Node ${process.versions.node}`,
  ]
}

function git(...args) {
  return execFileSync('git', args, { encoding: 'utf8', cwd: import.meta.dirname }).trim()
}
