import { expect, it } from 'vitest'
import { runEvenkeel } from '../support/evenkeel.js'
import { expectToFit } from '../support/schemas.js'
import { readText } from '../support/source-tree.js'

const { version, dependencies } = JSON.parse(readText('package.json')) as {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}

it('the version is told in a line, and as data with what a report of a mistake needs', async () => {
  for (const words of [['-V'], ['--version'], ['version']]) {
    expect(await runEvenkeel(words)).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: '' })
  }
  const told = JSON.parse((await runEvenkeel(['version', '--json'])).stdout) as object
  expect(told).toMatchObject({
    formatVersion: 1,
    version,
    node: process.versions.node,
    platform: process.platform,
    sdk: { '@aws-sdk/client-ec2': dependencies['@aws-sdk/client-ec2'] },
    reads: { stackFile: [1], planFile: [2], ledger: [1, 2] },
  })
  expect(told).toHaveProperty('commit')
  expectToFit('version', told)
})
