import { describe, expect, it } from 'vitest'
import { createSnapshot } from '../../../src/executor/steps/snapshots/create-snapshot.js'
import type { StepContext } from '../../../src/executor/steps/step-context.js'
import type { CreateSnapshot } from '../../../src/model/steps/step.js'
import { plainStep } from '../../support/steps.js'

/** Ports that note what they are asked, in order: the sandbox freezes by itself, so that bytes alone do not show who held still. */
function contextNoting(asked: string[], refused?: string): StepContext {
  const port = (answers: Readonly<Record<string, unknown>>) =>
    new Proxy(answers, {
      get: (_answers, name: string) => async () => {
        asked.push(name)
        if (name === refused) throw new Error('refused')
        return answers[name]
      },
    })
  const freeze = {
    complete: true,
    thaw: async () => {
      asked.push('thaw')
      return true
    },
  }
  return {
    ports: {
      cloud: port({ startSnapshot: { id: 'snap-1' } }),
      hosts: port({ freeze }),
      keys: { privateKeyPaths: async () => ({ own: undefined, former: [], inAgent: [] }) },
    },
    bindings: {
      get: () => ({ id: 'i-1', publicIp: '203.0.113.9', hostKey: 'ssh-ed25519 AAAA' }),
      bindSnapshot: (_step: string, id: string) => void asked.push(`bound ${id}`),
    },
    once: 'once',
    output: () => undefined,
    progress: () => undefined,
  } as unknown as StepContext
}

const mount = { path: '/srv/data', options: undefined, owner: undefined, mode: undefined }

function step(hold: CreateSnapshot['hold']): CreateSnapshot {
  const fields = { volumeId: 'vol-1', description: '', tags: {}, ...(hold && { hold }) }
  return plainStep('create-snapshot', 'volume.data', [], fields) as CreateSnapshot
}

describe('a snapshot', () => {
  it('is begun while the filesystem is frozen, and copied when it is free again', async () => {
    const asked: string[] = []
    await createSnapshot(step({ how: 'freeze', server: 'server.web' as never }), contextNoting(asked))
    expect(asked).toEqual(['freeze', 'startSnapshot', 'thaw', 'awaitSnapshot', 'bound snap-1'])
  })

  it('that is refused leaves nothing frozen', async () => {
    const asked: string[] = []
    const refused = createSnapshot(
      step({ how: 'freeze', server: 'server.web' as never }),
      contextNoting(asked, 'startSnapshot'),
    )
    await expect(refused).rejects.toThrow('refused')
    expect(asked).toEqual(['freeze', 'startSnapshot', 'thaw'])
  })

  it('is begun while the volume is unmounted, where that is asked for, and it is mounted again whatever comes', async () => {
    const hold = { how: 'unmount', server: 'server.web', fstype: 'ext4', mount } as never
    const asked: string[] = []
    await createSnapshot(step(hold), contextNoting(asked))
    expect(asked).toEqual(['unmount', 'startSnapshot', 'mount', 'writeFstab', 'awaitSnapshot', 'bound snap-1'])
    const after: string[] = []
    await expect(createSnapshot(step(hold), contextNoting(after, 'startSnapshot'))).rejects.toThrow('refused')
    expect(after).toEqual(['unmount', 'startSnapshot', 'mount', 'writeFstab'])
  })
})
