import { DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { Agent, get } from 'node:http'
import { fileURLToPath } from 'node:url'
import { evenkeel, withSandboxDirectory } from './support/cli.mjs'

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

const file = fileURLToPath(new URL('../examples/stacks/web-tier.yaml', import.meta.url))
const perSecond = 100

/** What the tier of three web servers is told, one after another. */
const changes = [
  { name: 'another type: drained, stopped, started', words: ['type=t3.medium'] },
  { name: 'another release: replaced', words: ['type=t3.medium', 'release=2'] },
  { name: 'two more', words: ['type=t3.medium', 'release=2', 'servers=5'] },
  { name: 'two fewer', words: ['type=t3.medium', 'release=2'] },
]

/** The requests that fail while the web-tier example changes: there are to be none. */
export async function benchWebTier() {
  const rows = await withSandboxDirectory(async (sandboxDirectory) => {
    await evenkeel(['sandbox', 'up', '--init', 'systemd'], { sandboxDirectory })
    const { stdout } = await evenkeel(['sandbox', 'status', '--json'], { sandboxDirectory })
    const status = JSON.parse(stdout)
    if (status.hosts !== 'linux') return []
    await evenkeel(['apply', file, '--yes'], { sandboxDirectory })
    const url = `http://${await publicAddress(status)}/`
    const measured = []
    for (const { name, words } of changes) {
      const load = steadyLoad(url)
      const variables = words.flatMap((word) => ['--var', word])
      const { seconds } = await evenkeel(['apply', file, '--yes', ...variables], { sandboxDirectory })
      const { requests, failed, slowestMs } = await load.stop()
      measured.push([name, seconds.toFixed(1), requests.toLocaleString('en'), failed, slowestMs.toFixed(0)])
    }
    await evenkeel(['destroy', file, '--yes'], { sandboxDirectory })
    return measured
  })
  return {
    title: 'A web tier that changes under load',
    text:
      rows.length === 0
        ? 'This machine cannot host servers.'
        : `\`examples/stacks/web-tier.yaml\`: three web servers behind a load balancer, with \`rolling: { maxUnavailable: 1 }\`. ${perSecond} requests a second, each by a connection of its own, from the beginning of the apply to its end; failed is what was not answered with 200.`,
    head: ['change', 's', 'requests', 'failed', 'slowest, ms'],
    rows,
  }
}

/** Where the load balancer is reached from this machine. */
async function publicAddress({ endpoint, region, accessKeyId, secretAccessKey }) {
  const client = new EC2Client({ region, endpoint, credentials: { accessKeyId, secretAccessKey } })
  const Filters = [{ Name: 'description', Values: ['ELB app/*'] }]
  const { NetworkInterfaces } = await client.send(new DescribeNetworkInterfacesCommand({ Filters }))
  client.destroy()
  return NetworkInterfaces[0].Association.PublicIp
}

/** Asks for a page so many times a second until it is stopped. */
function steadyLoad(url) {
  const agent = new Agent({ keepAlive: false, maxSockets: 256 })
  const going = new Set()
  let [requests, failed, slowestMs] = [0, 0, 0]
  const timer = setInterval(() => {
    requests += 1
    const begun = performance.now()
    const asked = statusOf(url, agent).then((status) => {
      if (status !== 200) failed += 1
      slowestMs = Math.max(slowestMs, performance.now() - begun)
      going.delete(asked)
    })
    going.add(asked)
  }, 1000 / perSecond)
  return {
    async stop() {
      clearInterval(timer)
      await Promise.all(going)
      agent.destroy()
      return { requests, failed, slowestMs }
    },
  }
}

/** Resolves with 0 for what came to no answer. */
function statusOf(url, agent) {
  return new Promise((resolve) => {
    const request = get(url, { agent, timeout: 60_000 }, (response) => {
      response.on('error', () => resolve(0))
      response.on('end', () => resolve(response.statusCode))
      response.resume()
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(0))
  })
}
