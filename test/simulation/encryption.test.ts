import { DisableEbsEncryptionByDefaultCommand, EnableEbsEncryptionByDefaultCommand } from '@aws-sdk/client-ec2'
import { expect, it } from 'vitest'
import { driftOf } from '../../src/model/drift-report.js'
import type { Plan } from '../../src/model/plan.js'
import { verdictOf } from '../../src/model/plan-verdict.js'
import { head } from '../support/stack-texts.js'
import { simulationsOfFile } from '../support/simulation.js'

const start = simulationsOfFile()
const text = `${head}volumes:\n  data: { size: 1, zone: us-east-1a, encrypted: false }\n`

function told({ problems }: Plan): readonly string[] {
  return problems.map(({ severity, code, path }) => `${severity} ${code} ${path?.join('.')}`)
}

const accepted = ['warning PLAN_ENCRYPTED_BY_DEFAULT encrypted']

it('an account that encrypts by default is told before, and what it made is never refused', async () => {
  const world = await start()
  await world.client.send(new EnableEbsEncryptionByDefaultCommand({}))
  const { plan, result } = await world.apply(text)
  expect([told(plan), result.status]).toEqual([accepted, 'converged'])
  expect((await world.observe(text)).volumes).toMatchObject([{ encrypted: true }])
  const settled = async () => {
    const again = await world.plan(text)
    expect([told(again), again.steps, verdictOf(again), driftOf(again).status]).toEqual([
      accepted,
      [],
      'nothing',
      'in-sync',
    ])
  }
  await settled()
  // Nothing is to be done about it either when the account has changed its mind.
  await world.client.send(new DisableEbsEncryptionByDefaultCommand({}))
  await settled()
  expect(told(await world.plan(text.replace('encrypted: false', 'encrypted: true')))).toEqual([])
})

it('a volume that was made encrypted by the file is not decrypted, unless the account makes no others', async () => {
  const world = await start()
  await world.apply(text.replace('encrypted: false', 'encrypted: true'))
  const refused = await world.plan(text)
  expect([refused.applyable, told(refused)[0]]).toEqual([false, expect.stringContaining('PLAN_VOLUME_FIXED')])
  await world.client.send(new EnableEbsEncryptionByDefaultCommand({}))
  expect(told(await world.plan(text))).toEqual(accepted)
})

it('is asked only where a volume says that it is not to be encrypted', async () => {
  const world = await start()
  const asked = async (file: string) => {
    const requests = await world.requestsDuring(() => world.plan(file))
    return requests.some(({ action }) => action === 'GetEbsEncryptionByDefault')
  }
  expect([await asked(text), await asked(text.replace(', encrypted: false', ''))]).toEqual([true, false])
})
