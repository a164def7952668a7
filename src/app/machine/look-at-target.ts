import { existsSync, statSync } from 'node:fs'
import { messageOf, EvenkeelError } from '../../core/errors.js'
import { count } from '../../core/units.js'
import { lockText } from '../../model/ledger/lock.js'
import { localPath } from '../../sync/source.js'
import { sandboxStatus } from '../../sandbox/daemon-client.js'
import { readStackLock } from '../lock/standing-lock.js'
import { findRevision } from '../revision.js'
import { sandboxDirectory } from '../sandbox-directory.js'
import type { Session } from '../session.js'
import { directoriesOf, type StackFile } from '../stack-file.js'
import { missing, ok, warning, type Finding } from './health.js'
import { hintOf } from './look-at-machine.js'

/** Whether the sandbox that the file asks for is there; it is not started for a look. */
export async function lookAtSandbox(
  sandboxDir: string | undefined,
): Promise<{ readonly runs: boolean; readonly finding: Finding }> {
  const { endpoint } = await sandboxStatus(sandboxDirectory(sandboxDir))
  if (endpoint) return { runs: true, finding: ok('sandbox', `runs at ${endpoint.endpoint}`) }
  return { runs: false, finding: ok('sandbox', 'does not run; a plan starts it') }
}

/** What the stack file itself needs of this machine. */
export async function lookAtFile(file: StackFile): Promise<readonly Finding[]> {
  const revision = await findRevision(undefined, directoriesOf(file))
  return [
    ok('stack file', file.path),
    ...file.spec.keyPairs.flatMap(({ address, publicKey }) =>
      publicKey?.kind === 'path' ? keyFindings(address, localPath(file.directory, publicKey.path)) : [],
    ),
    revision === undefined
      ? warning(
          'revision',
          'the stack file is in no git repository with a commit',
          'commit it, or say `--revision`: an apply records it',
        )
      : ok('revision', revision),
  ]
}

function keyFindings(address: string, path: string): readonly Finding[] {
  if (!existsSync(path)) {
    return [
      missing(
        address,
        `${path} does not exist`,
        'make the pair with ssh-keygen, or leave `publicKey` out: one is generated then',
      ),
    ]
  }
  const secret = path.replace(/\.pub$/, '')
  if (secret === path || !existsSync(secret)) {
    return [
      warning(
        address,
        `the private half of ${path} is not beside it`,
        'servers are entered with it: an SSH agent may have it',
      ),
    ]
  }
  // OpenSSH refuses a key that others can read.
  if ((statSync(secret).mode & 0o077) !== 0)
    return [warning(address, `others can read ${secret}`, `chmod 600 ${secret}`)]
  return [ok(address, path)]
}

/** The endpoint's clock may differ by so much (AWS General Reference, "Signature Version 4": five minutes). */
const skewMaxMs = 5 * 60_000
/** Chosen: a sign that the time is not kept. */
const skewToldMs = 30_000

/** What EC2 says: whether it knows the credentials, what they may read, whose lock stands there, and what its clock shows. */
export async function lookAtTarget(session: Session): Promise<readonly Finding[]> {
  const { target } = session.spec
  const region = session.region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION']
  const found: Finding[] = [region === undefined ? ok('region', 'that of the AWS configuration') : ok('region', region)]
  if (target.kind === 'ec2') {
    found.push(ok('credentials from', credentialsSource(target.profile)))
    const endpoint = target.endpoint ?? (region === undefined ? undefined : `https://ec2.${region}.amazonaws.com`)
    if (endpoint !== undefined) found.push(await clockFinding(endpoint))
  }
  try {
    const { servers, volumes } = await session.observe({ hosts: false, forNew: false })
    found.push(
      ok('EC2', `can be read: the stack has ${count(servers.length, 'server')} and ${count(volumes.length, 'volume')}`),
    )
  } catch (error) {
    const code = error instanceof EvenkeelError ? ` [${error.code}]` : ''
    return [...found, missing('EC2', `${messageOf(error)}${code}`, hintOf(error) ?? 'docs/troubleshooting.md')]
  }
  const lock = await readStackLock(session)
  if (!lock) return [...found, ok('lock', 'nobody changes the stack')]
  const isLeft = lock.liveness === 'dead'
  const hint = isLeft ? 'the next apply takes it over by itself' : 'wait for it; `evenkeel lock show` tells more'
  return [...found, warning('lock', `held by ${lockText(lock.sight)}${isLeft ? ', which has ended' : ''}`, hint)]
}

/** The first that the AWS SDK would take, by its name alone. */
function credentialsSource(profile: string | undefined): string {
  if (profile !== undefined) return `the profile ${profile}, as the stack file says`
  if (process.env['AWS_PROFILE'] !== undefined) return 'the profile that AWS_PROFILE names'
  if (process.env['AWS_ACCESS_KEY_ID'] !== undefined) return 'the environment: AWS_ACCESS_KEY_ID'
  if (process.env['AWS_WEB_IDENTITY_TOKEN_FILE'] !== undefined) return 'a web identity, as CI systems have'
  return 'the shared AWS files, or the role of the machine'
}

async function clockFinding(endpoint: string): Promise<Finding> {
  try {
    const response = await fetch(endpoint, { method: 'HEAD', signal: AbortSignal.timeout(10_000) })
    const date = response.headers.get('date')
    if (date === null) return ok('clock', `${endpoint} does not tell its time`)
    const skewMs = Math.abs(Date.now() - Date.parse(date))
    const found = `differs by ${Math.round(skewMs / 1000)} s from that of ${endpoint}`
    if (skewMs > skewMaxMs)
      return missing('clock', found, 'set this machine’s clock (timedatectl set-ntp true): EC2 refuses the requests')
    return skewMs > skewToldMs
      ? warning('clock', found, 'have this machine’s clock set: timedatectl set-ntp true')
      : ok('clock', found)
  } catch (error) {
    return missing(
      'network',
      `${endpoint} cannot be reached: ${messageOf(error)}`,
      'look at the network, a proxy, the endpoint',
    )
  }
}
