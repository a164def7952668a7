#!/usr/bin/env node
/**
 * `npm run demo`: the whole story in under a minute, through the built command line as a user has it, in a sandbox of its
 * own. Leaves nothing behind, also when it fails or is interrupted.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AuthorizeSecurityGroupIngressCommand, DescribeSecurityGroupsCommand, EC2Client } from '@aws-sdk/client-ec2'

const root = fileURLToPath(new URL('..', import.meta.url))
const main = join(root, 'dist/cli/main.js')
const stack = 'examples/stacks/music-library.yaml'
const directory = mkdtempSync(join(tmpdir(), 'evenkeel-demo-'))
const env = { ...process.env, EVENKEEL_SANDBOX_DIR: directory }
const color = process.stdout.isTTY && !process.env.NO_COLOR

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => (interrupted = true))

const began = performance.now()
try {
  await tellStory()
} catch (error) {
  process.exitCode = interrupted ? 130 : 1
  process.stderr.write(`\n${interrupted ? 'Interrupted.' : error.message}\n`)
} finally {
  await cleanUp()
}

async function tellStory() {
  await say('A stack file says what should be: a server, a volume with a filesystem, files. This checks it, offline.')
  await evenkeel(['validate', stack])

  await say('A sandbox is an EC2 endpoint on this machine; the unmodified AWS SDK talks to it.')
  await evenkeel(['sandbox', 'up'])
  const hosts = (await status()).hosts === 'linux'
  if (!hosts) await say('This machine cannot host servers (that needs Linux and root), so only the EC2 API is shown.')

  await say('One plan, from the EC2 API down to the file. Planning changes nothing.')
  await evenkeel(['plan', stack])

  await say('Carry it out. Each step starts as soon as what it needs is done.')
  await evenkeel(['apply', stack, '--yes'])
  if (hosts) {
    await say('The server is a real Linux host with a real sshd. Its volume is mounted, in fstab by UUID, and filled.')
    await inside('findmnt', '/srv/music')
    await inside('cat', '/etc/fstab')
    await inside('cat', '/srv/music/index.txt')

    await say('Somebody changes a file on the server …')
    await inside('sh', '-c', 'echo scales/99-lost.wav | sudo tee -a /srv/music/library/playlist.m3u')
  }
  await say(`${hosts ? '… and s' : 'S'}omebody opens SSH to the whole world, with any EC2 client.`)
  await openSshToTheWorld()

  await say('Drift: what has moved since the last apply, and nothing else. In CI, exit status 2 makes noise.')
  await evenkeel(['drift', stack], { status: 2 })

  await say('The next apply heals exactly that.')
  await evenkeel(['apply', stack, '--yes'])
  await evenkeel(['plan', stack, '--detailed-exitcode'])

  await say('Destroy takes everything away but the data: the volume becomes a snapshot first.')
  await evenkeel(['destroy', stack, '--yes'])
  await evenkeel(['show', stack])
  if (hosts) {
    await say('The file says `reuse: true`, so that the next apply brings the library back, and copies no file.')
    await evenkeel(['apply', stack, '--yes'])
    await inside('cat', '/srv/music/library/playlist.m3u')
  }
}

async function openSshToTheWorld() {
  const { endpoint, region, accessKeyId, secretAccessKey } = await status()
  const client = new EC2Client({ region, endpoint, credentials: { accessKeyId, secretAccessKey } })
  const filter = { Name: 'tag:evenkeel:stack', Values: ['music-library'] }
  const { SecurityGroups } = await client.send(new DescribeSecurityGroupsCommand({ Filters: [filter] }))
  const rule = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }
  const request = { GroupId: SecurityGroups?.[0]?.GroupId, IpPermissions: [rule] }
  await client.send(new AuthorizeSecurityGroupIngressCommand(request))
  client.destroy()
  print(`AuthorizeSecurityGroupIngress ${request.GroupId} tcp 22 0.0.0.0/0`, '2')
}

async function inside(...command) {
  await evenkeel(['exec', '-f', stack, 'server.jukebox', '--', ...command])
}

async function status() {
  return JSON.parse(await run(['sandbox', 'status', '--json'], { capture: true }))
}

async function evenkeel(args, { status: expected = 0 } = {}) {
  print(`$ evenkeel ${args.map(quoted).join(' ')}`, '1')
  await run(args, { expected })
}

/** Runs the command line; resolves with its output when that is captured. Rejects on any other exit status than `expected`. */
function run(args, { expected = 0, capture = false, detached = false }) {
  if (interrupted) throw new Error('interrupted')
  return new Promise((resolve, reject) => {
    const stdio = ['inherit', capture ? 'pipe' : 'inherit', 'inherit']
    const child = spawn(process.execPath, [main, ...args], { cwd: root, env, stdio, detached })
    let output = ''
    child.stdout?.on('data', (text) => (output += text))
    child.on('error', reject)
    child.on('close', (exitCode) => {
      if (exitCode === expected && !interrupted) resolve(output)
      else reject(new Error(`evenkeel ${args[0]} ended with ${exitCode}, not with ${expected}`))
    })
  })
}

async function cleanUp() {
  interrupted = false
  // In a process group of its own, so that one more Ctrl-C does not reach it.
  await run(['sandbox', 'down'], { capture: true, detached: true }).catch((error) =>
    process.stderr.write(`${error.message}\n`),
  )
  rmSync(directory, { recursive: true, force: true })
  if (process.exitCode) return
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  await say(`The sandbox is down and nothing of it is left. That took ${seconds} s. Next: README.md`)
}

async function say(text) {
  print(`\n# ${text}`, '36')
}

function print(text, style) {
  process.stdout.write(color ? `\u001b[${style}m${text}\u001b[0m\n` : `${text}\n`)
}

function quoted(argument) {
  return /^[\w./:=@-]+$/.test(argument) ? argument : `'${argument}'`
}
