import { describe, expect, it } from 'vitest'
import { PlanError } from '../../../src/core/errors.js'
import { stepId } from '../../../src/model/steps/step-id.js'
import { StepGraph } from '../../../src/planner/graph/step-graph.js'
import { sortedSteps } from '../../../src/planner/graph/step-order.js'
import { at } from '../../support/live-stack.js'
import { plainStep } from '../../support/steps.js'

describe('the order of steps', () => {
  it('is by needs, then by server, then by address', () => {
    const steps = [
      plainStep('mount-volume', 'volume.a', ['connect-host:server.two']),
      plainStep('connect-host', 'server.two', ['create-server:server.two']),
      plainStep('create-server', 'server.two'),
      plainStep('create-server', 'server.one', ['create-server:server.two']),
      plainStep('create-volume', 'volume.b'),
    ]
    const groups = new Map([['volume.a', at('server.two')]])
    const sorted = sortedSteps(steps, ({ address }) => groups.get(address) ?? address)
    expect(sorted.map(({ id }) => id)).toEqual([
      'create-server:server.two',
      'create-server:server.one',
      'connect-host:server.two',
      'mount-volume:volume.a',
      'create-volume:volume.b',
    ])
  })

  it('counts servers by number', () => {
    const steps = ['server.web[10]', 'server.web[9]', 'server.web[0]'].map((address) =>
      plainStep('connect-host', address),
    )
    expect(sortedSteps(steps, ({ address }) => address).map(({ address }) => address)).toEqual([
      'server.web[0]',
      'server.web[9]',
      'server.web[10]',
    ])
  })

  it('does not exist when steps wait for one another', () => {
    const steps = [
      plainStep('create-server', 'server.a', ['create-server:server.b']),
      plainStep('create-server', 'server.b', ['create-server:server.c']),
      plainStep('create-server', 'server.c', ['create-server:server.b']),
    ]
    const sort = () => sortedSteps(steps, ({ address }) => address)
    expect(sort).toThrow(PlanError)
    expect(sort).toThrow('create-server:server.b needs create-server:server.c needs create-server:server.b')
  })
})

describe('a graph of steps', () => {
  const web = at('server.web')
  const data = at('volume.data')

  it('drops needs that are not planned, and keeps those that another need implies: they are what is executed', () => {
    const graph = new StepGraph()
    graph.add('connect-host', web, {}, { needs: [stepId('create-server', web), stepId('start-server', web)] })
    graph.add('stop-server', web, { instanceId: undefined })
    graph.add('start-server', web, { instanceId: undefined }, { needs: [stepId('stop-server', web)] })
    graph.add('connect-host', web, {}, { needs: [stepId('stop-server', web)] })
    const { steps } = graph.finish(({ address }) => address, undefined)
    expect(steps.map(({ id, needs }) => [id, needs])).toEqual([
      ['stop-server:server.web', []],
      ['start-server:server.web', ['stop-server:server.web']],
      ['connect-host:server.web', ['start-server:server.web', 'stop-server:server.web']],
    ])
  })

  it('takes one id for one step alone', () => {
    const graph = new StepGraph()
    graph.add('stop-server', web, { instanceId: 'i-1' })
    expect(() => graph.add('stop-server', web, { instanceId: 'i-2' })).toThrow('two different steps have the id')
  })

  it('knows the servers inside which its steps act', () => {
    const graph = new StepGraph()
    graph.add('stop-server', at('server.other'), { instanceId: 'i-1' })
    graph.add('unmount-volume', data, { volumeId: 'vol-1', server: web })
    expect([...graph.serversEntered()]).toEqual([web])
  })

  it('without hosts leaves out what acts inside them, and needs what that needed', () => {
    const graph = new StepGraph()
    graph.add('create-volume', data, {
      zone: 'us-east-1a',
      sizeGiB: 1,
      type: 'gp3',
      iops: undefined,
      throughputMiBps: undefined,
      encrypted: undefined,
      kmsKey: undefined,
      snapshotId: undefined,
      tags: {},
    })
    graph.add('unmount-volume', data, { volumeId: 'vol-1', server: web }, { needs: [stepId('create-volume', data)] })
    graph.add(
      'detach-volume',
      data,
      { volumeId: 'vol-1', instanceId: 'i-1' },
      { needs: [stepId('unmount-volume', data)] },
    )
    const { steps, impossible } = graph.finish(({ address }) => address, 'no hosts')
    expect(steps.map(({ id, needs }) => [id, needs])).toEqual([
      ['create-volume:volume.data', []],
      ['detach-volume:volume.data', ['create-volume:volume.data']],
    ])
    expect(impossible).toEqual([{ id: 'unmount-volume:volume.data', address: data, reason: 'no hosts' }])
  })
})
