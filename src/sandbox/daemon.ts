import { writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { messageOf } from '../core/errors.js'
import { exitCodes } from './daemon-exit.js'
import { readEndpoint, removeEndpoint, writeEndpoint } from './endpoint-file.js'
import { createSandbox, type Sandbox, type SandboxOptions } from './sandbox.js'
import { StateDirBusy } from './state-lock.js'
import { readSwitches, switchText } from './switches.js'

/**
 * The process behind `target: sandbox`: `node daemon.js --state-dir DIR [--hosts auto|linux|none] [--port N]
 * [--switches JSON]`. It runs until SIGTERM, or until its state directory is gone. Its output is the log.
 */
const { values } = parseArgs({
  options: {
    'state-dir': { type: 'string' },
    hosts: { type: 'string', default: 'auto' },
    port: { type: 'string' },
    /** As of `SandboxSwitches`; left out: those of the last start. */
    switches: { type: 'string' },
  },
})

function exitCodeOf(error: unknown): number {
  if (error instanceof StateDirBusy) return exitCodes.busy
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT' ? exitCodes.full : exitCodes.failed
}

/** How often the daemon looks whether its state directory is still there. */
const watchEveryMs = 1_000

/** On a full disk nothing is noted, and the daemon goes on. */
function log(text: string): void {
  try {
    writeSync(1, `${new Date().toISOString()} ${text}\n`)
  } catch {
    // There is nowhere else to say it.
  }
}

async function main(stateDir: string, hosts: SandboxOptions['hosts']): Promise<void> {
  let endedBy: string | undefined
  // What is asked of a daemon that is still starting is done once it has: what it has begun is then given back in order.
  let end = (because: string) => {
    if (endedBy !== undefined) process.exit(exitCodes.failed)
    endedBy = because
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => end(signal))
  process.on('SIGHUP', () => {})
  let sandbox: Sandbox
  try {
    const port = values.port === undefined ? {} : { port: Number(values.port) }
    const switches =
      values.switches === undefined
        ? {}
        : { switches: readSwitches(JSON.parse(values.switches) as Record<string, unknown>) }
    sandbox = await createSandbox({ stateDir, isDaemon: true, hosts, ...port, ...switches, onReport: log })
  } catch (error) {
    log(`cannot start: ${messageOf(error)}`)
    process.exit(exitCodeOf(error))
  }
  const { kind, unavailableBecause, limits } = sandbox.hosts
  const describe = () =>
    writeEndpoint(stateDir, {
      pid: process.pid,
      endpoint: sandbox.endpoint,
      region: sandbox.region,
      accessKeyId: sandbox.accessKeyId,
      secretAccessKey: sandbox.secretAccessKey,
      accountId: sandbox.accountId,
      hosts: kind,
      ...(unavailableBecause === undefined ? {} : { hostsUnavailableBecause: unavailableBecause }),
      startedAt: new Date().toISOString(),
      ...(Object.keys(sandbox.switches).length > 0 && { switches: sandbox.switches }),
      ...(sandbox.clock && { clock: sandbox.clock }),
    })
  try {
    describe()
  } catch (error) {
    log(`cannot start: ${messageOf(error)}`)
    await sandbox.close().catch((closing: unknown) => log(`ended with an error: ${messageOf(closing)}`))
    process.exit(exitCodeOf(error))
  }
  log(
    `ready at ${sandbox.endpoint}, hosts: ${kind}${unavailableBecause === undefined ? '' : ` (${unavailableBecause})`} ${switchText(sandbox.switches)}`.trimEnd(),
  )
  for (const limit of limits) log(limit)

  let ending = false
  end = (because) => {
    if (ending) process.exit(exitCodes.failed)
    ending = true
    log(`ending: ${because}`)
    if (readEndpoint(stateDir)?.pid === process.pid) removeEndpoint(stateDir)
    sandbox.close().then(
      () => {
        log('ended')
        process.exit(0)
      },
      (error: unknown) => {
        log(`ended with an error: ${messageOf(error)}`)
        process.exit(exitCodes.failed)
      },
    )
  }
  if (endedBy !== undefined) return end(endedBy)
  setInterval(() => {
    if (!ending && readEndpoint(stateDir)?.pid !== process.pid) end('the state directory is gone')
  }, watchEveryMs)
}

// Of its files the secret ones are for their owner alone by a mode of their own; those of a host's image are for all users there.
process.umask(0o022)
process.on('unhandledRejection', (error) => log(`unhandled: ${messageOf(error)}`))

const stateDir = values['state-dir']
const { hosts } = values
if (stateDir === undefined || (hosts !== 'auto' && hosts !== 'linux' && hosts !== 'none')) {
  process.stderr.write('usage: daemon.js --state-dir DIR [--hosts auto|linux|none] [--port N] [--switches JSON]\n')
  process.exitCode = exitCodes.failed
} else {
  await main(stateDir, hosts)
}
