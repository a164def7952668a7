import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
  ImportKeyPairCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import { setTimeout as sleep } from 'node:timers/promises'
import ssh2 from 'ssh2'
import { evenkeel, withSandboxDirectory } from './support/cli.mjs'
import { median } from './support/measure.mjs'

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

const hosts = 50
const rounds = 3
const pollMs = 100
const patienceMs = 60_000

/** What boots the hosts, and the goal for the row of each, in seconds. */
const inits = { systemd: 40, minimal: 5 }

/** From an empty directory to fifty servers that have each run a command over SSH. */
export async function benchSandboxHosts() {
  const rows = []
  for (const [init, goal] of Object.entries(inits)) {
    const seconds = []
    for (let round = 0; round < rounds; round += 1) {
      const result = await withSandboxDirectory((sandboxDirectory) => startAndLogIn(sandboxDirectory, init))
      if (result === undefined) break
      seconds.push(result)
    }
    if (seconds.length === 0) break
    const row = (name, key, wanted) => {
      const values = seconds.map((round) => round[key])
      return [name, wanted, median(values).toFixed(2), values.map((value) => value.toFixed(2)).join(', ')]
    }
    rows.push(row(`sandbox up --init ${init}`, 'up', ''))
    rows.push(row(`launch until ${hosts} are logged in, ${init}`, 'loggedIn', goal.toFixed(0)))
  }
  return {
    title: `A sandbox of ${hosts} hosts`,
    text:
      rows.length === 0
        ? 'This machine cannot host servers.'
        : `\`sandbox up\`, one RunInstances, then SSH to each until \`true\` has run there. ${rounds} rounds each.`,
    head: ['', 'goal s', 'median s', 'all rounds'],
    rows,
  }
}

/** Seconds that a sandbox took to start, and that its hosts took from the launch on; undefined without hosts. */
async function startAndLogIn(sandboxDirectory, init) {
  addresses.clear()
  const start = performance.now()
  await evenkeel(['sandbox', 'up', '--init', init], { sandboxDirectory })
  const started = performance.now()
  const { stdout } = await evenkeel(['sandbox', 'status', '--json'], { sandboxDirectory })
  const { endpoint, region, accessKeyId, secretAccessKey, hosts: kind } = JSON.parse(stdout)
  if (kind !== 'linux') return undefined
  const client = new EC2Client({ region, endpoint, credentials: { accessKeyId, secretAccessKey } })
  const privateKey = await prepareLogin(client)
  const { Images } = await client.send(new DescribeImagesCommand({ Owners: ['136693071363'] }))
  const image = { ImageId: Images[0].ImageId, InstanceType: 't3.small', KeyName: 'bench' }
  const launched = performance.now()
  const { Instances } = await client.send(new RunInstancesCommand({ ...image, MinCount: hosts, MaxCount: hosts }))
  await Promise.all(Instances.map(({ InstanceId }) => runOverSsh(client, InstanceId, privateKey)))
  const loggedIn = performance.now()
  client.destroy()
  return { up: (started - start) / 1000, loggedIn: (loggedIn - launched) / 1000 }
}

/** A key pair, and a door for SSH in the default group. Returns the private key. */
async function prepareLogin(client) {
  const keys = newKeyPair()
  const PublicKeyMaterial = new TextEncoder().encode(keys.public)
  await client.send(new ImportKeyPairCommand({ KeyName: 'bench', PublicKeyMaterial }))
  const rule = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }
  await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupName: 'default', IpPermissions: [rule] }))
  return keys.private
}

/** One in some hundred keys that ssh2 1.17 makes cannot be read by itself: a leading zero is lost. */
function newKeyPair() {
  const keys = ssh2.utils.generateKeyPairSync('ed25519')
  return ssh2.utils.parseKey(keys.private) instanceof Error ? newKeyPair() : keys
}

/** Resolves when `true` has run on an instance; tries again until it does. */
async function runOverSsh(client, instanceId, privateKey) {
  const deadline = performance.now() + patienceMs
  let host
  while (performance.now() < deadline) {
    host ??= await publicAddress(client, instanceId)
    if (host !== undefined && (await logInOnce(host, privateKey))) return
    await sleep(pollMs)
  }
  throw new Error(`${instanceId} cannot be logged in to`)
}

const addresses = new Map()
let reading

/** One call at a time for all that wait. */
async function publicAddress(client, instanceId) {
  if (!addresses.has(instanceId)) await (reading ??= readAddresses(client).finally(() => (reading = undefined)))
  return addresses.get(instanceId)
}

async function readAddresses(client) {
  const { Reservations } = await client.send(new DescribeInstancesCommand({}))
  for (const { InstanceId, State, PublicIpAddress } of Reservations.flatMap((each) => each.Instances)) {
    if (State.Name === 'running') addresses.set(InstanceId, PublicIpAddress)
  }
}

function logInOnce(host, privateKey) {
  return new Promise((resolve) => {
    const connection = new ssh2.Client()
    const end = (answer) => {
      connection.destroy()
      resolve(answer)
    }
    connection.on('error', () => end(false))
    connection.on('ready', () => {
      connection.exec('true', (error, channel) => {
        if (error) end(false)
        else channel.on('exit', (status) => end(status === 0))
      })
    })
    connection.connect({ host, username: 'admin', privateKey, readyTimeout: patienceMs })
    connection.setNoDelay(true)
  })
}
