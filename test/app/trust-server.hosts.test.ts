import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EC2Client } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyStack, createSandbox, openSession, planStack, readStackFile, type Session } from '../../src/parts.js'
import { trustServer } from '../../src/app/trust-server.js'
import { keyFingerprint } from '../../src/core/key-fingerprint.js'
import { describeHosts, unlessHosts } from '../sandbox/hosts/support.js'
import { temporaryDirectory } from '../support/evenkeel.js'
import { head } from '../support/stack-texts.js'
import { image } from '../support/stacks.js'
import { fingerprints } from '../support/ssh-keys.js'

describeHosts(`trust${unlessHosts}`, () => {
  let directory: ReturnType<typeof temporaryDirectory>
  let sandbox: Awaited<ReturnType<typeof createSandbox>>
  let client: EC2Client

  beforeAll(async () => {
    directory = temporaryDirectory('trust')
    sandbox = await createSandbox({ stateDir: join(directory.path, 'sandbox'), hosts: 'linux', latencies: 'zero' })
    const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
    client = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
    writeFileSync(join(directory.path, 'stack.yaml'), `${head}servers:\n  web: { image: ${image}, type: t3.small }\n`)
  })
  afterAll(async () => {
    client.destroy()
    await sandbox.close()
    directory.remove()
  })

  async function inSession<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
    const session = await openSession(readStackFile(join(directory.path, 'stack.yaml')), {
      place: {
        target: { endpoint, region, isSandbox: true, credentials: { accessKeyId, secretAccessKey } },
        keys: join(directory.path, 'keys'),
        hostsImpossible: undefined,
      },
    })
    try {
      return await work(session)
    } finally {
      await session.close()
    }
  }

  test('a server whose console shows no keys is entered once its fingerprint was said', async () => {
    sandbox.setFaults({ missingHostKeys: { probability: 1 } })
    const failed = await inSession(async (session) => applyStack(session, await planStack(session, { hosts: true })))
    const connection = failed?.outcomes.find(({ stepId }) => stepId === 'connect-host:server.web')
    expect(connection?.outcome).toMatchObject({
      kind: 'failed',
      error: { code: 'EC2_HOST_KEYS_MISSING', hint: expect.stringContaining('evenkeel trust') },
    })

    await inSession(async (session) => {
      const wrong = trustServer(session, 'web', fingerprints.ed25519)
      await expect(wrong).rejects.toMatchObject({ code: 'HOST_KEY_MISMATCH' })
      await expect(trustServer(session, 'web', 'SHA256:short')).rejects.toMatchObject({ code: 'USAGE' })
      const [server] = (await session.observe({ hosts: false })).servers
      expect(server?.tags['evenkeel:host-key']).toBe('none')
      const shown = await session.ports.hosts.offeredHostKeys({
        address: server!.address,
        hostname: server!.publicIp!,
        port: 22,
      })
      const trusted = await trustServer(session, 'server.web', keyFingerprint(shown[0]!))
      expect(trusted).toMatchObject({ address: 'server.web', hostKey: shown[0], before: undefined })
      expect(await trustServer(session, 'web', keyFingerprint(shown[0]!))).toMatchObject({ before: shown[0] })
    })

    await inSession(async (session) => {
      const plan = await planStack(session, { hosts: true })
      expect(plan.complete).toBe(true)
      expect(plan.steps).toEqual([])
    })
  })
})
