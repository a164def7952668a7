import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2'
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js'
import { afterTests } from '../support/after-tests.js'

export { afterTests }

/** A state directory that is removed after the tests of the file. */
export function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'evenkeel-sandbox-test-'))
  afterTests(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** A sandbox without hosts in this process, closed after the tests of the file. */
export async function testSandbox(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await createSandbox({
    stateDir: options.stateDir ?? temporaryDir(),
    hosts: 'none',
    latencies: 'zero',
    ...options,
  })
  afterTests(() => sandbox.close())
  return sandbox
}

/** The SDK's own client, pointed at the sandbox. */
export function clientOf(sandbox: Sandbox, config: EC2ClientConfig = {}): EC2Client {
  const { accessKeyId, secretAccessKey } = sandbox
  const client = new EC2Client({
    endpoint: sandbox.endpoint,
    region: sandbox.region,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
    ...config,
  })
  afterTests(() => client.destroy())
  return client
}

/** Resolves to the error's name and message, or fails when nothing was thrown. */
export async function errorOf(
  promise: Promise<unknown>,
): Promise<{ name: string; message: string; status: number | undefined }> {
  try {
    await promise
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } }
    return { name, message, status: $metadata?.httpStatusCode }
  }
  throw new Error('expected an error, got an answer')
}

/** The error's name, or nothing when there was none. */
export async function errorNameOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return ''
  } catch (error) {
    return (error as Error).name
  }
}

/** Asks until `done`; what never comes is an error in the end. */
export async function until<T>(ask: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  const end = Date.now() + 120_000
  for (;;) {
    const value = await ask()
    if (done(value)) return value
    if (Date.now() > end) throw new Error(`still not there after 2 minutes: ${JSON.stringify(value)}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
