import { expect, it } from 'vitest'
import { createEc2Api } from '../../../src/providers/ec2/wire/api.js'
import { actions, type Action } from '../../../src/providers/ec2/wire/actions.js'
import { settingsOf } from '../../../src/providers/ec2/wire/ec2-target.js'

it('every action that changes something asks its guard first, and no other does', async () => {
  const asked: string[] = []
  const guard = ({ action }: { readonly action: string }) => {
    asked.push(action)
    throw new Error('guarded')
  }
  // Nobody listens there: what is sent fails otherwise.
  const target = {
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:1',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
  }
  const api = createEc2Api(target, settingsOf(target, { guard }))
  const names = Object.keys(actions) as Action[]
  const changing = names.filter((action) => !/^(?:Describe|Get)/.test(action))
  expect(changing.length).toBeGreaterThan(20)
  const once = { isTriedOnce: true } as const
  for (const action of changing) await expect(api.call(action, {}, once)).rejects.toThrow('guarded')
  expect(asked).toEqual(changing)
  await expect(api.call('DescribeVolumes', {}, once)).rejects.toMatchObject({ code: 'EC2_UNREACHABLE' })
  api.close()
})
