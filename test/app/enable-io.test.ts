import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { driftOfStack } from '../../src/app/plan-stack.js'
import { enableIo, findImpaired } from '../../src/app/enable-io.js'
import { withLock } from '../../src/app/lock/with-lock.js'
import { readServers } from '../../src/app/servers/read-servers.js'
import { statusJson, statusText } from '../../src/report/servers/status-text.js'
import { applyStack, createSandbox, openSession, planStack, readStackFile, type Session } from '../../src/parts.js'
import { temporaryDirectory } from '../support/evenkeel.js'
import { expectToFit } from '../support/schemas.js'
import { image } from '../support/stacks.js'

const text = `evenkeel: 1
stack: doubted
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a }
volumes:
  data: { server: web, size: 1, fstype: raw }
  spare: { zone: us-east-1a, size: 1 }
`

let directory: ReturnType<typeof temporaryDirectory>
let sandbox: Awaited<ReturnType<typeof createSandbox>>
let session: Session

beforeAll(async () => {
  directory = temporaryDirectory('enable-io')
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

describe('I/O that EC2 has stopped', () => {
  it('goes on after a word, and by nothing else', async () => {
    const before = await findImpaired(session, 'volume.data')
    expect(before.trouble).toBeUndefined()
    const body = JSON.stringify({ volumeId: before.id, io: 'impaired' })
    await fetch(`${sandbox.endpoint}/_evenkeel/volume-checks`, { method: 'PUT', body })

    const drift = await driftOfStack(session, {})
    expect(drift.status).toBe('in-sync')
    expect(drift.problems.map(({ code, address }) => [code, address])).toEqual([['PLAN_VOLUME_DOUBTED', 'volume.data']])
    expect((await planStack(session, { hosts: true })).problems).toEqual([])

    const seen = await readServers(session, [], { hosts: false })
    expect(statusText('doubted', seen, false)).toMatch(
      /^volume\.data \(vol-\w+\) may hold inconsistent data, and EC2 has stopped I\/O to it since .*: Awaiting Action: Enable IO; `evenkeel enable-io volume\.data` lets it go on$/m,
    )
    const printed = JSON.parse(statusJson('doubted', seen)) as { readonly servers: readonly object[] }
    expectToFit('status', printed)
    expect(printed.servers).toMatchObject([{ impairedVolumes: [{ address: 'volume.data', ioDisabled: true }] }])
    expect((await planStack(session, { hosts: true })).steps).toEqual([])

    const found = await findImpaired(session, 'data')
    expect(found).toMatchObject({ address: 'volume.data', trouble: { status: 'impaired', isIoDisabled: true } })
    await expect(enableIo(session, found)).rejects.toMatchObject({ code: 'LOCK_NOT_HELD' })
    await withLock(session, {}, () => enableIo(session, found))
    expect((await findImpaired(session, 'volume.data')).trouble).toBeUndefined()
    const [server] = (await readServers(session, [], { hosts: false })).servers
    expect(server?.troubles).toBeUndefined()
  })

  it('is said of volumes that there are', async () => {
    await expect(findImpaired(session, 'volume.none')).rejects.toMatchObject({ code: 'VOLUME_UNKNOWN' })
    expect((await findImpaired(session, 'volume.spare')).trouble).toBeUndefined()
  })
})
