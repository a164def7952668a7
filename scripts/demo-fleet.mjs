#!/usr/bin/env node
/**
 * `npm run demo:fleet`: three stacks, two workers that share a Redis, and a kill -9 in the middle of an apply, through the built
 * command line as a user has it. Leaves nothing behind, also when it fails or is interrupted.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import { createProcesses, endOf } from './support/demo-processes.mjs'

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const folder = fileURLToPath(new URL('../examples/fleet', import.meta.url))
const database = 'stacks/shop/database.stack.yaml'
const directory = mkdtempSync(join(tmpdir(), 'evenkeel-demo-fleet-'))
const env = {
  ...process.env,
  EVENKEEL_SANDBOX_DIR: join(directory, 'sandbox'),
  // Plans, keys and what was seen are this demonstration's own too.
  XDG_STATE_HOME: join(directory, 'state'),
}
const color = process.stdout.isTTY && !process.env.NO_COLOR

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

const processes = createProcesses()
let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    interrupted = true
    void processes.endAll()
  })
}

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
  say('A fleet file says where stacks are and what holds for them. This one (examples/fleet) has three.')
  print(fleetText(), '2')

  say('A cloud of our own: an EC2 endpoint on this machine; and a Redis, which keeps nothing on disk.')
  await evenkeel(['sandbox', 'up'], { isWhole: true })
  const cloud = await openCloud()
  const { url } = await processes.startRedis(directory)
  if (!cloud.hasHosts)
    say('This machine cannot host servers (that needs Linux and root), so only the EC2 API is shown.')

  say('Two workers. On two machines it would be the same command; here they are two processes.')
  const queue = ['--queue', url]
  print(`$ evenkeel fleet worker ${queue.join(' ')}    (twice)`, '1')
  const workers = [startWorker('one', queue, '33'), startWorker('two', queue, '34')]
  await Promise.all(workers.map((worker) => worker.heard(/^Worker /)))

  say('Plan them all. The workers do it; the plans are saved for whoever reviews them.')
  await evenkeel(['fleet', 'plan', ...queue])

  say('They are good. Apply exactly these plans …')
  const applying = evenkeel(['fleet', 'apply', '--yes', ...queue], { isReportAlone: true })
  const killed = await Promise.race([killInTheMiddle(workers, cloud), applying.then(() => undefined)])
  if (killed === undefined) throw new Error('the apply was over before anybody could be killed')
  const left = workers.find((worker) => worker !== killed)
  say(`… and worker ${killed.name} is dead: kill -9, when the database had its server and before that was set up.`)
  const sinceKill = performance.now()
  say(`Its lease runs out after 15 s. Then worker ${left.name} goes on where it was, as the same run.`)
  await applying
  const seconds = ((performance.now() - sinceKill) / 1000).toFixed(0)

  say(`All three are in sync, ${seconds} s after the kill. Counted in EC2, the files' words beside it:`)
  for (const line of await censusOf(cloud)) print(`  ${line}`, '32')
  await evenkeel(['history', database])

  say('The night comes, and somebody changes something by hand.')
  await openSshToTheWorld(cloud)
  if (cloud.hasHosts)
    await evenkeel(['exec', '-f', database, 'server.database', '--', 'sudo', 'umount', '/srv/database'])

  say('Drift, over all stacks. In CI its exit status 2 makes noise; with a schedule the workers look by themselves.')
  await evenkeel(['fleet', 'drift', ...queue], { status: 2 })

  say('Plan and apply heal exactly that.')
  await evenkeel(['fleet', 'plan', ...queue], { isReportAlone: true })
  await evenkeel(['fleet', 'apply', '--yes', ...queue], { isReportAlone: true })
  await evenkeel(['fleet', 'status', ...queue])

  say(`SIGTERM lets worker ${left.name} end what it has begun, as Kubernetes and ECS ask it to.`)
  await endOf(left.child, 'SIGTERM')
  cloud.client.destroy()
}

/** The worker that has the database, killed when the server is there and most of the work is not. */
async function killInTheMiddle(workers, cloud) {
  const worker = await Promise.race(
    workers.map((each) => each.heard(/^apply of stacks\/shop\/database.* begins$/).then(() => each)),
  )
  while ((await instancesOf(cloud, 'shop-database')).length === 0) await pause(10)
  await endOf(worker.child, 'SIGKILL')
  return worker
}

async function censusOf(cloud) {
  const lines = []
  for (const [stack, servers, volumes] of [
    ['research-batch', 1, 1],
    ['shop-database', 1, 1],
    ['shop-web', 2, 0],
  ]) {
    const instances = await instancesOf(cloud, stack)
    const data = await dataVolumesOf(cloud, stack)
    lines.push(`${stack.padEnd(14)}  servers ${instances.length} of ${servers}   volumes ${data.length} of ${volumes}`)
    if (instances.length !== servers || data.length !== volumes)
      throw new Error(`EC2 has something else: ${lines.at(-1)}`)
  }
  const made = [...(await instancesOf(cloud, 'shop-database')), ...(await dataVolumesOf(cloud, 'shop-database'))]
  const runs = new Set(made.map(({ Tags = [] }) => Tags.find(({ Key }) => Key === 'evenkeel:run')?.Value))
  if (runs.size !== 1) throw new Error(`the database was made by ${runs.size} runs`)
  return [...lines, `Everything of the database was made by one run, ${[...runs][0]}, and nothing twice.`]
}

async function instancesOf({ client }, stack) {
  const Filters = [{ Name: 'tag:evenkeel:stack', Values: [stack] }]
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({ Filters }))
  return Reservations.flatMap(({ Instances = [] }) => Instances)
}

/** Without root volumes, which come with their servers. */
async function dataVolumesOf({ client }, stack) {
  const Filters = [
    { Name: 'tag:evenkeel:stack', Values: [stack] },
    { Name: 'tag:evenkeel:address', Values: ['volume.*'] },
  ]
  return (await client.send(new DescribeVolumesCommand({ Filters }))).Volumes ?? []
}

async function openSshToTheWorld({ client }) {
  const Filters = [{ Name: 'tag:evenkeel:stack', Values: ['shop-web'] }]
  const { SecurityGroups } = await client.send(new DescribeSecurityGroupsCommand({ Filters }))
  const GroupId = SecurityGroups?.[0]?.GroupId
  const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]
  await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
  print(`AuthorizeSecurityGroupIngress ${GroupId} tcp 22 0.0.0.0/0    (with any EC2 client)`, '2')
}

async function openCloud() {
  const status = await run(['sandbox', 'status', '--json'], { capture: true })
  const { endpoint, region, accessKeyId, secretAccessKey, hosts } = JSON.parse(status)
  const client = new EC2Client({ region, endpoint, credentials: { accessKeyId, secretAccessKey } })
  return { client, hasHosts: hosts === 'linux' }
}

/** A worker whose lines are shown with its name before them. */
function startWorker(name, queue, style) {
  const args = [main, 'fleet', 'worker', ...queue, '--at-once', '2']
  const child = processes.start(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] })
  const lines = createInterface({ input: child.stderr })
  lines.on('line', (line) => print(`${name.padStart(5)} │ ${line}`, style))
  const heard = (pattern) =>
    new Promise((resolve, reject) => {
      const listen = (line) => pattern.test(line) && resolve(lines.off('line', listen))
      lines.on('line', listen)
      child.once('exit', () => reject(new Error(`worker ${name} ended`)))
    })
  return { name, child, heard }
}

/** `isReportAlone`: of what it prints, the line for each stack at its end. */
async function evenkeel(args, { status: expected = 0, isReportAlone = false, isWhole = false } = {}) {
  print(`$ evenkeel ${args.map(quoted).join(' ')}`, '1')
  const printed = await run(args, { expected, capture: isReportAlone, isWhole })
  if (isReportAlone) print(printed.trimEnd().split('\n\n').at(-1))
}

/** Runs the command line; resolves with its output when that is captured. `isWhole`: to its end, whatever happens here. */
function run(args, { expected = 0, capture = false, isWhole = false }) {
  if (interrupted && !isWhole) throw new Error('interrupted')
  return new Promise((resolve, reject) => {
    // What progress tells is told by the workers here.
    const stdio = ['ignore', capture ? 'pipe' : 'inherit', 'pipe']
    const child = processes.start(process.execPath, [main, ...args], { cwd: folder, env, stdio, isKept: isWhole })
    let output = ''
    let complaint = ''
    child.stdout?.on('data', (text) => (output += text))
    child.stderr.on('data', (text) => (complaint += text))
    child.on('error', reject)
    child.on('close', (exitCode) => {
      if (exitCode === expected && (isWhole || !interrupted)) return resolve(output)
      reject(new Error(`${complaint}evenkeel ${args[0]} ended with ${exitCode}, not with ${expected}`))
    })
  })
}

async function cleanUp() {
  await processes.endAll()
  await run(['sandbox', 'down'], { capture: true, isWhole: true }).catch((error) =>
    process.stderr.write(`${error.message}\n`),
  )
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  if (process.exitCode) return
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  say(
    `Workers, Redis and the sandbox have ended, and nothing of them is left. That took ${seconds} s. Next: docs/fleet.md`,
  )
}

/** The file without its comments. */
function fleetText() {
  const lines = readFileSync(join(folder, 'fleet.yaml'), 'utf8').split('\n')
  const plain = lines.filter((line) => !/^\s*#/.test(line)).map((line) => line.replace(/ +# .*/, ''))
  return plain.join('\n').trim()
}

function say(text) {
  print(`\n# ${text}`, '36')
}

function print(text, style) {
  process.stdout.write(color && style ? `\u001b[${style}m${text}\u001b[0m\n` : `${text}\n`)
}

function quoted(argument) {
  return /^[\w./:=@-]+$/.test(argument) ? argument : `'${argument}'`
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
