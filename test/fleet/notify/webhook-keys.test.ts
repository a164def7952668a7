import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { createNotifier } from '../../../src/fleet/notify/notifier.js'
import { toldNothing } from '../../../src/fleet/notify/events-of.js'
import { webhookKey } from '../../../src/fleet/notify/webhook-keys.js'
import type { JobReport } from '../../../src/fleet/types.js'

const directory = mkdtempSync(join(tmpdir(), 'evenkeel-keys-'))
const report: JobReport = {
  formatVersion: 1,
  round: '20261122T101500Z-1f2e3d',
  kind: 'drift',
  id: 'web.stack.yaml',
  place: undefined,
  state: 'drift',
  words: '1 drifted',
  text: '',
  exitCode: 2,
  errorCode: undefined,
  lockedBy: undefined,
  plan: undefined,
  beganAt: '2026-11-22T10:15:00.000Z',
  endedAt: '2026-11-22T10:15:01.000Z',
}

afterEach(() => rmSync(directory, { recursive: true, force: true }))

it('the key of a webhook is in no environment of what a fleet starts', async () => {
  process.env['KEY_OF_A_TEST'] = 'a secret'
  const argv = ['sh', '-c', 'env > seen']
  const notify = createNotifier(
    {
      name: 'test',
      path: join(directory, 'fleet.yaml'),
      notifications: [
        { on: ['drift'], to: { kind: 'command', argv } },
        { on: ['failed'], to: { kind: 'webhook', url: 'https://127.0.0.1:1/', secretVariable: 'KEY_OF_A_TEST' } },
      ],
    },
    { recall: () => Promise.resolve(toldNothing), keep: () => Promise.resolve() },
    () => undefined,
  )
  await notify(report)
  expect(readFileSync(join(directory, 'seen'), 'utf8')).not.toContain('a secret')
  expect(process.env['KEY_OF_A_TEST']).toBeUndefined()
  expect(webhookKey('KEY_OF_A_TEST')).toBe('a secret')
})
