#!/usr/bin/env node
/** `npm run bench [name…]`: measures what evenkeel promises about speed, and writes benches/results.md. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { benchColdStart } from './cold-start.mjs'
import { benchNoOpPlan } from './plan-no-op.mjs'
import { benchPace } from './pace.mjs'
import { benchPlanInMemory } from './plan-in-memory.mjs'
import { benchSandboxHosts } from './sandbox-hosts.mjs'
import { describeMachine } from './support/machine.mjs'

const benches = {
  'plan-in-memory': benchPlanInMemory,
  'plan-no-op': benchNoOpPlan,
  pace: benchPace,
  'cold-start': benchColdStart,
  'sandbox-hosts': benchSandboxHosts,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in benches))
if (unknown.length > 0)
  throw new Error(`no such bench: ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`)

const machine = describeMachine()
const sections = []
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  process.stderr.write(`bench: ${name}\n`)
  const section = markdownOf(await bench())
  process.stdout.write(`${section}\n`)
  sections.push(section)
}

if (wanted.length === 0) {
  const head = `# Results\n\nWritten by \`npm run bench\`; figures of one machine on one day.\n\n${machine.join('\n')}\n`
  writeFileSync(fileURLToPath(new URL('results.md', import.meta.url)), [head, ...sections].join('\n'))
}

function markdownOf({ title, text, head, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const table = [line(head), line(head.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(line)]
  return `## ${title}\n\n${text}\n\n${table.join('\n')}\n`
}
