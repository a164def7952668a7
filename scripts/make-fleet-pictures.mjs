#!/usr/bin/env node
// Makes the pictures of a fleet's page in docs/pictures anew, from dist/ and a fleet in a sandbox of its own:
// `node scripts/make-fleet-pictures.mjs`. It needs Chromium (sh scripts/setup.sh --browser).
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AuthorizeSecurityGroupIngressCommand, DescribeSecurityGroupsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { chromium } from 'playwright-core'

const root = fileURLToPath(new URL('..', import.meta.url))
const main = join(root, 'dist/cli/main.js')
const picture = (name) => join(root, 'docs/pictures', name)
const folder = mkdtempSync(join(tmpdir(), 'evenkeel-fleet-pictures-'))
const home = { HOME: folder, XDG_STATE_HOME: join(folder, 'state'), EVENKEEL_SANDBOX_DIR: join(folder, 'sandbox') }
const credentials = {}

try {
  run('sandbox', 'up', '--hosts', 'none')
  const { endpoint, accessKeyId, secretAccessKey } = JSON.parse(run('sandbox', 'status', '--json'))
  Object.assign(credentials, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey })
  await prepare(endpoint, { accessKeyId, secretAccessKey })
  await drawPages()
} finally {
  run('sandbox', 'down')
  rmSync(folder, { recursive: true, force: true })
}

/** A fleet of which something is in each state. */
async function prepare(endpoint, keys) {
  const stack = (name, region, size = 8) => `evenkeel: 1
stack: ${name}
target: { region: ${region}, account: "123456789012", endpoint: "${endpoint}" }
securityGroups:
  web: { ingress: [{ port: 443, from: 10.0.0.0/8 }] }
volumes:
  data: { zone: ${region}a, size: ${size}, fstype: raw, onRemove: snapshot }
`
  const regions = { prod: 'us-east-1', staging: 'us-east-1', europe: 'eu-central-1' }
  const names = { prod: ['api', 'billing', 'search', 'web'], staging: ['api', 'web'], europe: ['archive', 'web'] }
  write('fleet.yaml', 'evenkeel: 1\nfleet: acme\nstacks:\n  - files: ["environments/**/*.stack.yaml"]\n')
  const fileOf = (environment, name) => `environments/${environment}/${name}.stack.yaml`
  for (const [environment, own] of Object.entries(names)) {
    for (const name of own) write(fileOf(environment, name), stack(`${name}-${environment}`, regions[environment]))
  }
  run('fleet', 'plan')
  run('fleet', 'apply', '--yes')
  const client = new EC2Client({ endpoint, region: 'us-east-1', credentials: keys })
  const Filters = [{ Name: 'tag:evenkeel:stack', Values: ['search-prod'] }]
  const { SecurityGroups } = await client.send(new DescribeSecurityGroupsCommand({ Filters }))
  const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]
  await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: SecurityGroups[0].GroupId, IpPermissions }))
  client.destroy()
  write(fileOf('prod', 'billing'), stack('billing-prod', 'us-east-1', 20).replace('443', '8443'))
  write(fileOf('staging', 'web'), stack('web-staging', 'us-east-1').replace('volumes:', 'volume:'))
  write(fileOf('europe', 'queue'), stack('queue-europe', 'eu-central-1'))
  run('fleet', 'drift', '--only', '**/search.*', '--only', '**/api.*', '--only', 'environments/prod/web.*')
  run('fleet', 'plan', '--only', '**/billing.*', '--only', 'environments/staging/web.*')
}

/** Each in a window as wide as the documentation, light and dark. */
async function drawPages() {
  const child = spawn(process.execPath, [main, 'fleet', 'serve', '--listen', '127.0.0.1:0', '--no-color'], {
    cwd: folder,
    env: { ...process.env, ...home, ...credentials },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  try {
    const url = await urlOf(child)
    for (const colorScheme of ['light', 'dark']) {
      const shown = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 1240 } })
      await shown.goto(url)
      await shown.getByText('live', { exact: true }).waitFor()
      await shown.screenshot({ path: picture(`fleet-${colorScheme}.png`) })
      if (colorScheme === 'light') {
        await shown.getByRole('link', { name: /^Review plan/ }).click()
        await shown.getByLabel('Only “yes” is taken for a yes').fill('yes')
        await shown.setViewportSize({ width: 1200, height: 620 })
        await shown.screenshot({ path: picture('fleet-apply-light.png') })
      }
      await shown.close()
    }
  } finally {
    await browser.close()
    const ended = once(child, 'close')
    child.kill('SIGTERM')
    await ended
  }
}

/** What the command prints, with the token in it. */
async function urlOf(child) {
  let said = ''
  for await (const text of child.stderr.setEncoding('utf8')) {
    said += text
    const found = /http:\/\/\S+\/\?token=\S+/.exec(said)
    if (found) return found[0]
  }
  throw new Error(`the page was not served: ${said}`)
}

function write(path, text) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

/** What a command prints; those of fleets may find something wrong. */
function run(...words) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
    cwd: folder,
    env: { ...process.env, ...home, ...credentials },
    encoding: 'utf8',
  })
  if (status !== 0 && words[0] !== 'fleet')
    throw new Error(`evenkeel ${words.join(' ')} exited with ${status}\n${stderr}`)
  if (process.env.DEBUG) process.stderr.write(stdout + stderr)
  return stdout
}
