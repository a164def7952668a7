import type { ServerCloud } from '../../../../executor/ports.js'
import type { Ec2Api } from '../../wire/api.js'
import { hostKeysIn } from './console-keys.js'
import { isOfClass, providerError } from '../../errors/provider-errors.js'

/** EC2 posts a console some time after a state change, without `Latest` minutes later. */
const keysLimitMs = 10 * 60_000
const firstPauseMs = 2_000
const mostPauseMs = 10_000

/** How a server's SSH host keys are learned: from its console, which nobody but EC2 can forge. */
export function createConsoleCalls(api: Ec2Api): Pick<ServerCloud, 'readHostKeys'> {
  return {
    readHostKeys: async ({ instanceId, onProgress }) => {
      const { clock, timeoutScale } = api.settings
      const startedAt = clock.now()
      const limitMs = keysLimitMs * timeoutScale
      let latest = true
      for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(mostPauseMs, pauseMs * 1.5)) {
        const text = await readConsole(api, instanceId, latest)
        if (text === undefined) latest = false
        const keys = text === undefined ? [] : hostKeysIn(text)
        if (keys.length > 0) return keys
        const elapsedMs = clock.now() - startedAt
        if (elapsedMs >= limitMs) throw keysMissing(instanceId, limitMs, text ?? '')
        onProgress?.(Math.min(99, Math.round((elapsedMs / limitMs) * 100)))
        if (text !== undefined) await api.pause(pauseMs)
      }
    },
  }
}

/** What the console shows, `''` for nothing yet; undefined when this instance has no live console (`Latest` is for Nitro). */
async function readConsole(api: Ec2Api, instanceId: string, latest: boolean): Promise<string | undefined> {
  try {
    const output = await api.call('GetConsoleOutput', { InstanceId: instanceId, ...(latest ? { Latest: true } : {}) })
    return Buffer.from(output.Output ?? '', 'base64').toString('utf8')
  } catch (error) {
    if (latest && isOfClass(error, 'bad-request')) return undefined
    throw error
  }
}

function keysMissing(instanceId: string, limitMs: number, text: string) {
  const seen = text.trim() === '' ? 'its console stayed empty' : 'its console shows none'
  return providerError(
    'EC2_HOST_KEYS_MISSING',
    'wait-state',
    `${instanceId} printed no SSH host keys within ${Math.round(limitMs / 1000)} s: ${seen}`,
    {
      hint: 'cloud-init prints them between "BEGIN SSH HOST KEY KEYS" lines; use an image with cloud-init, and leave `emit_keys_to_console` on',
      action: 'GetConsoleOutput',
    },
  )
}
