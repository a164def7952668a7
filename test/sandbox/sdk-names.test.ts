import { describe, expect, test } from 'vitest'
import { queryServices } from '../../src/sandbox/services/services.js'
import type { Members, Shape } from '../../src/sandbox/wire/shape.js'
import { autoScalingDescribed, ec2Described, loadBalancingDescribed, pathsOf, type Tree } from './sdk-schemas.js'

/** What is part of every request and of no operation's input. */
const protocolNames = new Set(['Action', 'Version'])

/** By the service's name: what the SDK says of it, how many actions there are at least, and where the rest is kept. */
const services = {
  ec2: { described: ec2Described, known: 700, supported: 60, title: 'EC2', file: 'ec2' },
  autoscaling: {
    described: autoScalingDescribed,
    known: 60,
    supported: 20,
    title: 'Auto Scaling',
    file: 'auto-scaling',
  },
  elasticloadbalancing: {
    described: loadBalancingDescribed,
    known: 45,
    supported: 20,
    title: 'Elastic Load Balancing',
    file: 'load-balancing',
  },
} as const

test('every service of the sandbox is compared', () => {
  expect([...queryServices.keys()].sort()).toEqual(Object.keys(services).sort())
})

describe.each(Object.entries(services))('%s', (name, { described, known, supported, title, file }) => {
  const { inputOf, operationNames } = described
  const actions = queryServices.get(name)!.actions

  test('every action that the sandbox supports is one of the SDK', () => {
    const names = new Set(operationNames())
    expect(names.size).toBeGreaterThan(known)
    expect([...actions.keys()].filter((action) => !names.has(action))).toEqual([])
    expect(actions.size).toBeGreaterThan(supported)
  })

  test('every parameter that the sandbox accepts has the name and the type that the SDK gives it', () => {
    const wrong: string[] = []
    for (const { name: action, members } of actions.values()) compareMembers(members, inputOf(action)!, action, wrong)
    expect(wrong).toEqual([])
  })

  test('the table of what the service knows and the sandbox does not support is the rest of the SDK', async () => {
    const otherActions = operationNames()
      .filter((action) => !actions.has(action))
      .sort()
    const parameters = [...actions.values()]
      .toSorted((left, right) => (left.name < right.name ? -1 : 1))
      .flatMap(({ name: action, members }) => {
        const accepted = new Set(Object.entries(members).flatMap(([member, shape]) => acceptedPaths(shape, member)))
        const others = pathsOf(inputOf(action)!)
          .filter((path) => !accepted.has(path))
          .sort()
        return others.length === 0 ? [] : [`  ${action}: \`\n${wrap(others)}\n  \`,`]
      })
    const text = `/**
 * What ${title} knows and the sandbox does not support: the rest of the SDK's model.
 * Made by test/sandbox/sdk-names.test.ts; \`vitest -u\` writes it anew.
 */
export const otherActions = \`
${wrap(otherActions)}
\`

export const otherParameters: Readonly<Record<string, string>> = {
${parameters.join('\n')}
}
`
    await expect(text).toMatchFileSnapshot(`../../src/sandbox/wire/${file}-names.generated.ts`)
  })
})

function compareMembers(members: Members, tree: Tree, path: string, wrong: string[]): void {
  if (tree.kind !== 'structure') return void wrong.push(`${path} is no structure`)
  const known = tree.members()
  for (const [name, shape] of Object.entries(members)) {
    const member = known.get(name)
    if (member) compareShape(shape, member, `${path}.${name}`, wrong)
    // DryRun is taken by every action; a few of EC2's do not have it.
    else if (!protocolNames.has(name) && name !== 'DryRun') wrong.push(`${path}.${name} is unknown`)
  }
}

function compareShape(shape: Shape, tree: Tree, path: string, wrong: string[]): void {
  if (shape.kind === 'required') return compareShape(shape.of, tree, path, wrong)
  if (shape.kind === 'structure') return compareMembers(shape.members, tree, path, wrong)
  if (shape.kind === 'list') {
    if (tree.kind !== 'list') return void wrong.push(`${path} is no list`)
    return compareShape(shape.of, tree.of(), path, wrong)
  }
  const type = tree.kind === 'scalar' ? tree.type : tree.kind
  const expected = { string: 'string', integer: 'number', boolean: 'boolean', blob: 'blob', time: 'time' }[shape.kind]
  // UserData of RunInstances is a string that the caller encodes; the SDK marks it as sensitive.
  if (type !== expected) wrong.push(`${path} is ${type}, not ${expected}`)
}

function acceptedPaths(shape: Shape, prefix: string): string[] {
  if (shape.kind === 'required') return acceptedPaths(shape.of, prefix)
  if (shape.kind === 'list') return acceptedPaths(shape.of, `${prefix}.N`)
  if (shape.kind !== 'structure') return [prefix]
  return Object.entries(shape.members).flatMap(([name, member]) => acceptedPaths(member, `${prefix}.${name}`))
}

/** Lines of words, at most 116 wide. */
function wrap(words: readonly string[]): string {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < 115) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map((line) => `  ${line}`).join('\n')
}
