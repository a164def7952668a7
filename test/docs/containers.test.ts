import { load, loadAll } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { commandMistake } from '../support/documentation/command-mistake.js'
import { readText } from '../support/source-tree.js'

/** `--grace`, and what was stopped then (src/fleet/redis/worker/fleet-worker.ts). */
const endSeconds = 12 + 15

interface Deployment {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly terminationGracePeriodSeconds: number
        readonly containers: readonly { readonly args: readonly string[] }[]
      }
    }
  }
}

describe('the containers of examples/fleet', () => {
  it('are made with this version, and begin with words that evenkeel knows', async () => {
    const text = readText('examples/fleet/Dockerfile')
    const { version } = JSON.parse(readText('package.json')) as { readonly version: string }
    expect(text).toContain(`npm install --global evenkeel@${version} `)
    expect(text).not.toMatch(/^USER root/m)
    const [, words = '[]'] = /^CMD (.+)$/m.exec(text) ?? []
    expect(await commandMistake(load(words) as string[])).toBeUndefined()
  })

  it('have the time on Kubernetes that a worker needs to end', async () => {
    const parts = loadAll(readText('examples/fleet/kubernetes.yaml')) as readonly Deployment[]
    const pod = parts.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'fleet-worker')
    const { terminationGracePeriodSeconds = 0, containers = [] } = pod?.spec.template.spec ?? {}
    expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(endSeconds)
    expect(containers.map(({ args }) => args.slice(0, 2))).toEqual([['fleet', 'worker']])
    for (const { args } of containers) expect(await commandMistake(args)).toBeUndefined()
  })

  it('have it on ECS as well', async () => {
    const task = JSON.parse(readText('examples/fleet/ecs-task.json')) as {
      readonly containerDefinitions: readonly { readonly stopTimeout: number; readonly command: readonly string[] }[]
    }
    expect(task.containerDefinitions).toHaveLength(1)
    for (const { stopTimeout, command } of task.containerDefinitions) {
      expect(stopTimeout).toBeGreaterThanOrEqual(endSeconds)
      expect(await commandMistake(command)).toBeUndefined()
    }
  })
})
