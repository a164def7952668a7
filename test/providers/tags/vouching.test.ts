import { CreateTagsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CloudPort, Owned } from '../../../src/executor/ports.js'
import { addressOf } from '../../../src/model/address.js'
import { tagKeys } from '../../../src/model/tags.js'
import { startTamperingProxy } from '../../support/tampering-proxy.js'
import { once, ownerOf, publicKey, startFixture, tagsFor, type Fixture } from '../cloud-fixture.js'

let fixture: Fixture
let client: EC2Client
beforeEach(async () => {
  fixture = await startFixture()
  const { endpoint, region, accessKeyId, secretAccessKey } = fixture.sandbox
  client = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
})
afterEach(async () => {
  client.destroy()
  await fixture.close()
})

interface Taken {
  readonly kind: 'elasticIp' | 'keyPair' | 'securityGroup'
  readonly make: (cloud: CloudPort) => Promise<{ readonly id: string }>
  readonly takeAway: (cloud: CloudPort, owned: Owned) => Promise<unknown>
  readonly call: string
}

const taken: readonly Taken[] = [
  {
    kind: 'elasticIp',
    make: (cloud) => cloud.allocateAddress({ tags: tagsFor('elasticIp', 'web'), once: once() }),
    takeAway: (cloud, owned) => cloud.releaseAddress(owned),
    call: 'ReleaseAddress',
  },
  {
    kind: 'keyPair',
    make: (cloud) => cloud.importKeyPair({ keyName: 'web', publicKey, tags: tagsFor('keyPair', 'web'), once: once() }),
    takeAway: (cloud, owned) => cloud.deleteKeyPair(owned),
    call: 'DeleteKeyPair',
  },
  {
    kind: 'securityGroup',
    make: (cloud) =>
      cloud.createSecurityGroup({
        groupName: 'web',
        description: 'web',
        vpcId: undefined,
        tags: tagsFor('securityGroup', 'web'),
        once: once(),
      }),
    takeAway: (cloud, owned) => cloud.deleteSecurityGroup(owned),
    call: 'DeleteSecurityGroup',
  },
]

describe('what is taken away by a call that had to wait for its turn', () => {
  it.each(taken)('is looked at again before it: $call', async ({ kind, make, takeAway, call }) => {
    const { id } = await make(fixture.cloud)
    let aheadMs = 0
    // Between the look and the call some seconds pass, and somebody makes it his own.
    const proxy = await startTamperingProxy(fixture.sandbox.endpoint, {
      answer: async (action, text) => {
        if (!action.startsWith('Describe') || aheadMs > 0) return text
        aheadMs = 6_000
        await client.send(
          new CreateTagsCommand({ Resources: [id], Tags: [{ Key: tagKeys.stack, Value: 'somebody-else' }] }),
        )
        return text
      },
    })
    try {
      const clock = {
        now: () => Date.now() + aheadMs,
        sleep: (durationMs: number) => new Promise<void>((resolve) => setTimeout(resolve, durationMs)),
      }
      const cloud = fixture.connect({ clock }, { endpoint: proxy.endpoint })
      const end = takeAway(cloud, { id, owner: ownerOf(addressOf(kind, 'web')) })
      await expect(end).rejects.toMatchObject({ code: 'EC2_NOT_OURS' })
      expect(fixture.requests().map(({ action }) => action)).not.toContain(call)
    } finally {
      proxy.close()
    }
  })
})
