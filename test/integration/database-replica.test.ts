import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseInit } from '../../src/sandbox/hosts/host/init.js'
import { missingProgram } from '../support/missing-program.js'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { root } from '../support/source-tree.js'
import { until } from '../support/until.js'

const missing = noHostsBecause ?? missingProgram('pg_ctlcluster', 'postgresql')
const { init } = await chooseInit('systemd')

describe.skipIf(missing !== undefined)(`a database and its replica${missing ? ` (${missing})` : ''}`, () => {
  let world: SandboxWorld
  const file = 'database-replica.yaml'
  const password = 'it\'s "nobody\'s" business'

  beforeAll(async () => {
    world = await startSandboxWorld('database-replica', ['--init', init])
    cpSync(join(root, 'examples/stacks'), world.directory, { recursive: true })
  })
  afterAll(() => world?.remove())

  const envOf = (replicas: number) => ({
    EVENKEEL_VAR_password: password,
    EVENKEEL_VAR_replicas: String(replicas),
  })
  const run = (replicas: number, ...words: string[]) => world.run(words, { env: envOf(replicas) })
  const sql = async (server: string, text: string) => {
    const words = ['exec', '-f', file, server, '--', '/opt/database/sql', text]
    return (await expectSuccess(run(2, ...words))).stdout.trim()
  }
  const originOf = async (address: string) => {
    const Filters = [{ Name: 'tag:evenkeel:address', Values: [address] }]
    const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({ Filters }))
    return Volumes.find(({ State }) => State !== 'deleting')?.SnapshotId
  }

  it('begins as a snapshot of it, and follows it from there', async () => {
    await expectSuccess(run(0, 'apply', file, '--yes'))
    await expectExit(run(0, 'plan', file, '--detailed-exitcode'), 0)
    await sql('primary', 'DROP TABLE IF EXISTS songs; CREATE TABLE songs AS SELECT generate_series(1, 1000) AS id')
    await expectSuccess(run(0, 'snapshot', 'volume.data', '-f', file, '--yes'))
    await sql('primary', 'INSERT INTO songs SELECT generate_series(1001, 1500)')

    await expectSuccess(run(1, 'apply', file, '--yes'))
    await expectExit(run(1, 'plan', file, '--detailed-exitcode'), 0)
    expect(await originOf('volume.replica[0]')).toMatch(/^snap-/)
    await until(async () => (await sql('replica[0]', 'SELECT count(*) FROM songs')) === '1500')
    expect(await sql('replica[0]', 'SELECT pg_is_in_recovery()')).toBe('t')

    await sql('primary', 'INSERT INTO songs VALUES (1501)')
    await until(async () => (await sql('replica[0]', 'SELECT max(id) FROM songs')) === '1501')
    const words = ['exec', '-f', file, 'replica[0]', '--', '/opt/database/sql', 'DELETE FROM songs']
    const { exitCode, stderr } = await run(1, ...words)
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('read-only') as string })
  })

  it('gets a companion from the same snapshot, and both let go', async () => {
    const first = await originOf('volume.replica[0]')
    await expectSuccess(run(2, 'apply', file, '--yes'))
    expect(await originOf('volume.replica[1]')).toBe(first)
    const rows = await sql('primary', 'SELECT count(*) FROM songs')
    await until(async () => (await sql('replica[1]', 'SELECT count(*) FROM songs')) === rows)
    expect(await sql('primary', 'SELECT count(*) FROM pg_stat_replication')).toBe('2')

    // What is written on is never taken from under the writer.
    const { stdout } = await expectExit(run(0, 'apply', file, '--yes'), 1)
    expect(stdout).toMatch(/in use: .*postgres.*HOST_BUSY/)
    await expectSuccess(run(2, 'exec', '-f', file, 'replica[*]', '--', 'sudo /opt/database/stop'))
    await expectSuccess(run(0, 'apply', file, '--yes'))
    await expectExit(run(0, 'drift', file), 0)
    expect(await sql('primary', 'SELECT count(*) FROM songs')).toBe(rows)
    expect(await originOf('volume.replica[1]')).toBeUndefined()
  })

  it('shows its password to nobody', async () => {
    const { stdout } = await expectSuccess(run(1, 'plan', file, '--json'))
    expect(stdout).not.toContain('business')
    const seen = await expectSuccess(run(0, 'exec', '-f', file, 'primary', '--', 'ps -ef; cat /opt/database/*'))
    expect(seen.stdout).not.toContain('business')
  })
})
