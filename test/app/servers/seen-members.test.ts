import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readServers } from '../../../src/app/servers/read-servers.js'
import { applyStack, createSandbox, openSession, planStack, readStackFile, type Session } from '../../../src/parts.js'
import { statusJson, statusText } from '../../../src/report/servers/status-text.js'
import { temporaryDirectory } from '../../support/evenkeel.js'
import { expectToFit } from '../../support/schemas.js'
import { image } from '../../support/stacks.js'

const text = `evenkeel: 1
stack: seen
target: sandbox
securityGroups:
  web: { ingress: [{ port: 80, from: 0.0.0.0/0 }] }
servers:
  db: { image: ${image}, type: t3.small, zone: us-east-1a }
scalingGroups:
  pool:
    image: ${image}
    type: t3.micro
    min: 2
    max: 3
    zones: [us-east-1a, us-east-1b]
    securityGroups: [web]
`

let directory: ReturnType<typeof temporaryDirectory>
let sandbox: Awaited<ReturnType<typeof createSandbox>>
let session: Session

beforeAll(async () => {
  directory = temporaryDirectory('seen-members')
  sandbox = await createSandbox({ stateDir: join(directory.path, 'sandbox'), hosts: 'none', latencies: 'zero' })
  const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
  const path = join(directory.path, 'stack.yaml')
  writeFileSync(path, text)
  session = await openSession(readStackFile(path), {
    place: {
      target: { endpoint, region, credentials: { accessKeyId, secretAccessKey }, isSandbox: true },
      keys: join(directory.path, 'keys'),
      hostsImpossible: 'this sandbox has none',
    },
  })
  await applyStack(session, await planStack(session, { hosts: true }))
})
afterAll(async () => {
  await session.close()
  await sandbox.close()
  directory.remove()
})

describe('the status of a stack with a scaling group', () => {
  it('has its members beside the servers, with what EC2 says of them', async () => {
    const seen = await readServers(session, [], { hosts: false })
    expect(seen.servers.map(({ address }) => address)).toEqual(['server.db'])
    expect(seen.members).toHaveLength(2)
    expect(seen.members?.[0]).toMatchObject({
      scalingGroup: 'scalingGroup.pool',
      state: 'InService',
      isHealthy: true,
      status: { state: 'running', system: { status: 'ok' } },
    })
    const shown = statusText('seen', seen, false)
    expect(shown).toMatch(/^MEMBER OF +SERVICE +HEALTH +STATE +SINCE +SYSTEM +INSTANCE +VOLUMES +ID$/m)
    expect(
      shown.match(/^scalingGroup\.pool +InService +healthy +running +\S+ +ok +ok +\S+ +i-[0-9a-f]+$/gm),
    ).toHaveLength(2)
    const printed = JSON.parse(statusJson('seen', seen)) as { readonly members: readonly object[] }
    expectToFit('status', printed)
    expect(printed.members).toMatchObject([{ lifecycle: 'InService' }, { lifecycle: 'InService' }])
  })

  it('is of what is named alone', async () => {
    const group = await readServers(session, ['scalingGroup.pool'], { hosts: false })
    expect([group.servers, group.members?.length]).toEqual([[], 2])
    const server = await readServers(session, ['db'], { hosts: false })
    expect([server.servers.length, server.members]).toEqual([1, []])
    await expect(readServers(session, ['scalingGroup.none'], { hosts: false })).rejects.toMatchObject({
      code: 'SERVER_UNKNOWN',
    })
  })
})
