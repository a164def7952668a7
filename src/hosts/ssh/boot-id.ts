import { HostError } from '../../core/errors.js'
import { runScriptOrFail } from './command.js'
import type { SshSession } from './ssh-session.js'

/** The id of the boot that a server is in; rejects with a HostError where its kernel shows none. */
export async function readBootId(session: SshSession): Promise<string> {
  const title = 'reading its boot id'
  const body = 'cat /proc/sys/kernel/random/boot_id'
  const bootId = (await runScriptOrFail(session, { title, body, as: 'user' })).toString('utf8').trim()
  if (/^[0-9a-f-]{36}$/.test(bootId)) return bootId
  const host = session.access.address
  throw new HostError('HOST_COMMAND_FAILED', `${host} shows no boot id`, { host, hint: 'is /proc mounted there?' })
}
