import { HostError } from '../../core/errors.js'
import type { Effect } from '../../executor/ports.js'
import { runScript } from './command.js'
import type { SshSession } from './ssh-session.js'

/**
 * Waits until the first boot is over. `cloud-init status --wait` exits with 0 (done) or 2 (done, with recoverable
 * errors), and with 1 when user data failed: then the server is not what the file asked for, and that is an error. It is
 * raised once: the next apply finds a server that exists, and goes on.
 */
export async function waitForFirstBoot(session: SshSession, timeoutMs: number): Promise<Effect> {
  const host = session.access.address
  const result = await runScript(session, {
    title: 'cloud-init status --wait',
    body: firstBootScript,
    timeoutMs,
  }).catch((error: unknown) => {
    if (!(error instanceof HostError) || error.code !== 'HOST_TIMED_OUT') throw error
    throw new HostError(
      'HOST_TIMED_OUT',
      `the first boot of ${host} was not over within ${Math.round(timeoutMs / 1000)} s`,
      {
        host,
        cause: error,
        hint: 'look at /var/log/cloud-init-output.log on the server',
      },
    )
  })
  if (result.exitCode === 0 || result.exitCode === 2) return 'done'
  const tail = result.stdout.toString('utf8').trim()
  throw new HostError(
    'HOST_FIRST_BOOT_FAILED',
    `the first boot of ${host} ended with an error (cloud-init)${tail === '' ? '' : `; the end of its log:\n${tail}`}`,
    {
      host,
      command: 'cloud-init status --wait',
      exitCode: result.exitCode,
      stderrTail: result.stderrTail,
      hint: 'correct userData and replace the server, or set the server right by hand; the next apply goes on from here',
    },
  )
}

const firstBootScript = `
command -v cloud-init > /dev/null || exit 0
cloud-init status --wait > /dev/null
status=$?
case $status in 0|2) exit "$status" ;; esac
tail -n 12 /var/log/cloud-init-output.log 2>/dev/null || tail -n 12 /var/log/cloud-init.log 2>/dev/null
exit "$status"
`
