#!/usr/bin/env node
/** `npm run bench [name…]`: measures what evenkeel promises about speed, and writes it into benches/results.md; what is not named there stays. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { benchColdStart } from './cold-start.mjs'
import { benchFleet, benchLargeFleet } from './fleet.mjs'
import { benchLargeNoOpPlan, benchNoOpPlan } from './plan-no-op.mjs'
import { benchPace } from './pace.mjs'
import { benchPlanInMemory } from './plan-in-memory.mjs'
import { benchSandboxHosts } from './sandbox-hosts.mjs'
import { benchWebTier } from './web-tier.mjs'
import { describeMachine } from './support/machine.mjs'

const benches = {
  'plan-in-memory': benchPlanInMemory,
  'plan-no-op': benchNoOpPlan,
  pace: benchPace,
  'cold-start': benchColdStart,
  'sandbox-hosts': benchSandboxHosts,
  'web-tier': benchWebTier,
  fleet: benchFleet,
}

/** Half an hour of one's own: these run when they are named. */
const onRequest = { 'plan-no-op-large': benchLargeNoOpPlan, 'fleet-large': benchLargeFleet }

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in benches) && !(name in onRequest))
if (unknown.length > 0)
  throw new Error(
    `no such bench: ${unknown.join(', ')}; there are ${Object.keys({ ...benches, ...onRequest }).join(', ')}`,
  )

const machine = describeMachine()
const file = fileURLToPath(new URL('results.md', import.meta.url))
const sections = []
for (const [name, bench] of Object.entries({ ...benches, ...onRequest })) {
  if (!(wanted.length > 0 ? wanted.includes(name) : name in benches)) continue
  process.stderr.write(`bench: ${name}\n`)
  const section = markdownOf(await bench())
  process.stdout.write(`${section}\n`)
  sections.push(section)
}

const head = `# Results\n\nWritten by \`npm run bench\`; figures of one machine on one day.\n\n${machine.join('\n')}\n`
if (wanted.length === 0) {
  const [, ...former] = readFileSync(file, 'utf8').split(/\n(?=## )/)
  const isNew = (part) => sections.some((section) => section.split('\n')[0] === part.split('\n')[0])
  writeFileSync(file, [head, ...sections, ...former.filter((part) => !isNew(part))].join('\n'))
} else for (const section of sections) replaceSection(section)

/** By its title, with the day and the machine that it was measured on; a new one comes to the end. */
function replaceSection(section) {
  const [title, ...rest] = section.split('\n')
  const measured = [
    title,
    '',
    `Measured by itself: ${machine.map((line) => line.replace(/^- /, '')).join(', ')}.`,
    ...rest,
  ]
  const parts = readFileSync(file, 'utf8').split(/\n(?=## )/)
  const place = parts.findIndex((part) => part.startsWith(`${title}\n`))
  parts.splice(place < 0 ? parts.length : place, 1, measured.join('\n'))
  writeFileSync(file, parts.map((part) => part.trimEnd()).join('\n\n') + '\n')
}

function markdownOf({ title, text, head, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const table = [line(head), line(head.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(line)]
  return `## ${title}\n\n${text}\n\n${table.join('\n')}\n`
}
