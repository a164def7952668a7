import { Cancelled } from '../../../../core/errors.js'
import { beginWait } from '../../../../core/wait-sink.js'
import type { ServerCloud, ServerConsole } from '../../../../executor/ports.js'
import type { Ec2Api } from '../../wire/api.js'
import { hostKeysIn, isBootOver } from './console-keys.js'
import { isOfClass, providerError } from '../../errors/provider-errors.js'

/** Chosen: cloud-init prints the keys when user data has run, which may install a whole system. */
const keysLimitMs = 30 * 60_000
const firstPauseMs = 2_000
const mostPauseMs = 10_000
/** So many readings must show a boot that is over, and no keys, before they are given up: what EC2 shows may lag behind. */
const readingsAfterBootMin = 4
/** Each so many readings the posted output is asked for as well: it may reach back to a boot that the live one does not show. */
const readingsBetweenPosted = 4

/** How a server's SSH host keys are learned: from its console, which nobody but EC2 can forge. */
export function createConsoleCalls(api: Ec2Api): Pick<ServerCloud, 'readConsole' | 'readHostKeys'> {
  return {
    readConsole: async (id) => {
      const read = (latest: boolean) => readOutput(api, id, latest)
      const latest = await read(true).catch((error: unknown) => {
        if (isOfClass(error, 'bad-request')) return undefined
        throw error
      })
      // Right after a boot the live one may still be empty where EC2 has posted the one before.
      if (latest && latest.text !== '') return { ...latest, isLatest: true }
      return { ...(await read(false)), isLatest: false }
    },
    readHostKeys: async ({ instanceId, once = false, onProgress, signal }) => {
      const { clock, timeoutScale, pollScale } = api.settings
      const startedAt = clock.now()
      const limitMs = once ? 0 : keysLimitMs * timeoutScale
      const consoleOf = consoleReader(api, instanceId)
      let bootsSeen = 0
      const tell = beginWait(clock, `${instanceId} to print its SSH host keys`)
      for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(mostPauseMs, pauseMs * 1.5)) {
        const text = await consoleOf()
        const keys = hostKeysIn(text)
        if (keys.length > 0) return keys
        const elapsedMs = clock.now() - startedAt
        if (isBootOver(text)) bootsSeen += 1
        if (bootsSeen >= readingsAfterBootMin) throw keysMissing(instanceId, 'in the boot that its console shows', text)
        if (once) throw keysMissing(instanceId, 'that can be seen', text)
        if (elapsedMs >= limitMs) throw keysMissing(instanceId, `within ${Math.round(limitMs / 1000)} s`, text)
        tell(text === '' ? 'its console is empty' : 'its console shows none yet')
        onProgress?.(Math.min(99, Math.round((elapsedMs / limitMs) * 100)))
        await clock.sleep(pauseMs * pollScale, signal).catch(() => {
          throw new Cancelled(`nobody waits any more for the host keys of ${instanceId}`)
        })
      }
    },
  }
}

async function readOutput(api: Ec2Api, id: string, latest: boolean): Promise<Omit<ServerConsole, 'isLatest'>> {
  const { Output = '', Timestamp } = await api.call('GetConsoleOutput', {
    InstanceId: id,
    ...(latest ? { Latest: true } : {}),
  })
  return {
    text: Buffer.from(Output, 'base64').toString('utf8'),
    ...(Timestamp && { at: Timestamp.toISOString() }),
  }
}

/** Reads the console, live where the instance has that (`Latest` is for Nitro); `''` for nothing yet. */
function consoleReader(api: Ec2Api, instanceId: string): () => Promise<string> {
  let isLive = true
  let readings = 0
  const read = async (latest: boolean) => (await readOutput(api, instanceId, latest)).text
  return async () => {
    readings += 1
    let live = ''
    if (isLive) {
      try {
        live = await read(true)
      } catch (error) {
        if (!isOfClass(error, 'bad-request')) throw error
        isLive = false
      }
    }
    const isWanted = !isLive || (readings % readingsBetweenPosted === 0 && hostKeysIn(live).length === 0)
    if (!isWanted) return live
    const posted = await read(false)
    return hostKeysIn(posted).length > 0 || live === '' ? posted : live
  }
}

function keysMissing(instanceId: string, when: string, text: string) {
  const seen =
    text.trim() === ''
      ? 'its console stayed empty'
      : text.includes('BEGIN SSH HOST KEY KEYS')
        ? 'those that its console shows are cut off or garbled'
        : 'its console shows none'
  return providerError(
    'EC2_HOST_KEYS_MISSING',
    'wait-state',
    `${instanceId} printed no SSH host keys ${when}: ${seen}`,
    {
      hint: 'cloud-init prints them once, at the first boot, unless `emit_keys_to_console` is off; learn the fingerprint in another way (EC2 serial console, Session Manager) and say it: `evenkeel trust SERVER --fingerprint SHA256:…`',
      action: 'GetConsoleOutput',
    },
  )
}
