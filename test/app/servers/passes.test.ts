import { existsSync, statSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createPasses } from '../../../src/app/servers/passes.js'
import { ProviderError } from '../../../src/core/errors.js'
import type { Address } from '../../../src/model/address.js'

const server = { address: 'server.web' as Address, instanceId: 'i-1', user: 'ubuntu' }

function passesAt(answer: () => Promise<void>) {
  let nowMs = 0
  const clock = { now: () => nowMs, sleep: () => Promise.resolve() }
  const sent: string[] = []
  const sendKey = async ({ instanceId, user }: { readonly instanceId: string; readonly user: string }) => {
    sent.push(`${user}@${instanceId}`)
    await answer()
  }
  const passes = createPasses({ sendKey, close: () => undefined }, clock)
  return { passes, sent, pass: (ms: number) => (nowMs += ms) }
}

it('a key is let in before a login, at most every 45 s, and is the owner’s alone until the session ends', async () => {
  const { passes, sent, pass } = passesAt(() => Promise.resolve())
  const [one, same] = [await passes.passFor(server), await passes.passFor(server)]
  const other = await passes.passFor({ ...server, instanceId: 'i-2' })
  await Promise.all([one.admit(), same.admit(), other.admit()])
  pass(44_999)
  await one.admit()
  expect(sent).toEqual(['ubuntu@i-1', 'ubuntu@i-2'])
  pass(1)
  await one.admit()
  expect(sent).toHaveLength(3)
  expect(statSync(one.privateKeyPath).mode & 0o777).toBe(0o600)
  await passes.close()
  expect(existsSync(one.privateKeyPath)).toBe(false)
})

it('a refusal is told with what to do, and what passes by itself is tried again', async () => {
  let errorClass: 'auth' | 'wait-state' = 'wait-state'
  const { passes, sent } = passesAt(() =>
    Promise.reject(new ProviderError('EC2_FORBIDDEN', 'no', { errorClass, action: 'SendSSHPublicKey' })),
  )
  const { admit } = await passes.passFor(server)
  await expect(admit()).rejects.toMatchObject({ code: 'HOST_UNREACHABLE', retryable: true })
  errorClass = 'auth'
  await expect(admit()).rejects.toMatchObject({
    code: 'HOST_NOT_ADMITTED',
    retryable: false,
    hint: expect.stringContaining('SendSSHPublicKey'),
  })
  expect(sent).toHaveLength(2)
  await passes.close()
})
