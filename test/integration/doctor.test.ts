import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { runEvenkeel, temporaryDirectory } from '../support/evenkeel.js'
import { expectToFit } from '../support/schemas.js'
import { image } from '../support/stacks.js'

interface Told {
  readonly ok: boolean
  readonly findings: readonly { readonly level: string; readonly about: string; readonly found: string }[]
}

const { path: directory, remove } = temporaryDirectory('doctor')
afterAll(remove)
const env = {
  HOME: directory,
  XDG_STATE_HOME: join(directory, 'state'),
  EVENKEEL_SANDBOX_DIR: join(directory, 'sandbox'),
}

const stack = (target: string) => `
evenkeel: 1
stack: ill
target: ${target}
keyPairs: { deploy: { publicKey: ./deploy.pub } }
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a, keyPair: deploy }
`

async function doctor(words: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const { exitCode, stdout } = await runEvenkeel(['doctor', ...words, '--json'], {
    cwd: directory,
    env: { ...env, ...more },
  })
  const told = JSON.parse(stdout) as Told
  expectToFit('doctor', told)
  const { ok, findings } = told
  const levels = Object.fromEntries(findings.map(({ level, about }) => [about, level]))
  expect(exitCode).toBe(ok ? 0 : 1)
  return { ok, levels, stdout }
}

it('tells what is missing on a machine', async () => {
  const empty = join(directory, 'empty')
  mkdirSync(empty)
  const { ok, levels } = await doctor([], { PATH: empty, SSH_AUTH_SOCK: join(directory, 'no-socket') })
  expect(ok).toBe(false)
  expect(levels).toMatchObject({
    'Node.js': 'ok',
    'rsync and ssh': 'missing',
    git: 'warning',
    'state directory': 'ok',
    'SSH agent': 'warning',
  })
  const unsafe = join(directory, 'unsafe')
  mkdirSync(join(unsafe, 'evenkeel'), { recursive: true })
  chmodSync(join(unsafe, 'evenkeel'), 0o777)
  expect((await doctor([], { XDG_STATE_HOME: unsafe })).levels).toMatchObject({ 'state directory': 'missing' })
})

it('tells what a stack misses, and starts nothing', async () => {
  writeFileSync(join(directory, 'stack.yaml'), stack('sandbox'))
  writeFileSync(
    join(directory, 'deploy.pub'),
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVudXNlZHVudXNlZHVudXNlZHVudXNlZHVudXNl\n',
  )
  writeFileSync(join(directory, 'deploy'), 'secret half', { mode: 0o644 })
  const { levels, stdout } = await doctor(['stack.yaml'])
  expect(levels).toMatchObject({ 'stack file': 'ok', 'keyPair.deploy': 'warning', revision: 'warning', sandbox: 'ok' })
  expect(stdout).not.toContain('secret half')
  expect(existsSync(join(directory, 'sandbox', 'endpoint.json'))).toBe(false)
})

it('tells that EC2 cannot be asked, and prints no credential', async () => {
  writeFileSync(join(directory, 'ec2.yaml'), stack('{ region: us-east-1, endpoint: "http://127.0.0.1:9" }'))
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAPLANTED', AWS_SECRET_ACCESS_KEY: 'planted-secret' }
  const { ok, levels, stdout } = await doctor(['ec2.yaml'], keys)
  expect(ok).toBe(false)
  expect(levels).toMatchObject({ region: 'ok', 'credentials from': 'ok', network: 'missing', EC2: 'missing' })
  expect(stdout).not.toContain('PLANTED')
  expect(stdout).not.toContain('planted')
})
