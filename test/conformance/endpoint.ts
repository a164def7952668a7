import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EC2Client } from '@aws-sdk/client-ec2'
import { createSandbox } from '../../src/sandbox/sandbox.js'

/** The EC2 that the suite is held against, and how to leave it. */
export interface Endpoint {
  readonly client: EC2Client
  /** Between polls; a real endpoint is asked slowly. */
  readonly pollMs: number
  readonly isSandbox: boolean
  close(): Promise<void>
}

/**
 * A sandbox in this process; with EVENKEEL_CONFORMANCE=aws the account and region of the environment's credentials, where
 * the suite makes volumes, snapshots, groups, keys, an address and a launch template for some cents, and removes them
 * again.
 */
export async function openEndpoint(): Promise<Endpoint> {
  if (process.env['EVENKEEL_CONFORMANCE'] === 'aws') {
    const client = new EC2Client({ maxAttempts: 1 })
    return { client, pollMs: 3_000, isSandbox: false, close: async () => client.destroy() }
  }
  const stateDir = mkdtempSync(join(tmpdir(), 'evenkeel-conformance-'))
  const sandbox = await createSandbox({ stateDir, hosts: 'none', latencies: 'zero' })
  const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
  const client = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 })
  return {
    client,
    pollMs: 5,
    isSandbox: true,
    close: async () => {
      client.destroy()
      await sandbox.close()
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}
