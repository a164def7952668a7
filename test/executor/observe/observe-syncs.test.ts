import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readSyncs } from '../../../src/executor/observe/observe-syncs.js'
import type { Ports, SyncPort } from '../../../src/executor/ports.js'
import { createSync } from '../../../src/sync/sync.js'
import { temporaryDirectory } from '../../support/evenkeel.js'
import { specOf } from '../../support/live-stack.js'

const directory = temporaryDirectory('syncs')
const sync = createSync({ baseDirectory: directory.path })
afterAll(async () => {
  await sync.close()
  directory.remove()
})

/** The port itself, with the names of what it was asked. */
function counted(asked: string[]): Pick<Ports, 'sync'> {
  const port: SyncPort = {
    readTree: (request) => sync.readTree(request),
    contentDigest: (request) => sync.contentDigest(request),
    sourceDigest(rule) {
      asked.push('digest')
      return sync.sourceDigest(rule)
    },
    compare(rule, destination) {
      asked.push('figures')
      return sync.compare(rule, destination)
    },
    copy: (rule, destination, onProgress) => sync.copy(rule, destination, onProgress),
    close: () => sync.close(),
  }
  return { sync: port }
}

const stack = (rules: string) => `evenkeel: 1
stack: many
target: sandbox
servers:
  web: { count: 20, image: ami-00000001, type: t3.small }
sync:
${rules}
`

describe('the sources of rules', () => {
  it('are read once for all servers of web[*], and apart where a rule takes something else of them', async () => {
    mkdirSync(join(directory.path, 'site'))
    writeFileSync(join(directory.path, 'site/a'), 'a')
    writeFileSync(join(directory.path, 'site/b.tmp'), 'bb')
    const { syncs } = specOf(
      stack(`  all: { from: ./site/, to: 'web[*]:/srv/site/' }
  some: { from: ./site/, to: 'web[*]:/srv/some/', exclude: ['*.tmp'] }`),
    )
    expect(syncs).toHaveLength(40)
    const asked: string[] = []
    const facts = await readSyncs(syncs, [], [], counted(asked) as Ports)
    expect(asked.sort()).toEqual(['digest', 'digest', 'figures', 'figures'])
    const created = Object.entries(facts).map(([address, read]) => [
      address.replace(/\[.*/, ''),
      read.kind === 'read' ? read.filesCreated : read.reason,
    ])
    expect(created.filter(([, files]) => files === 2)).toHaveLength(20)
    expect(created.filter(([, files]) => files === 1)).toHaveLength(20)
  })
})
