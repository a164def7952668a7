import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runEvenkeel, temporaryDirectory } from '../support/evenkeel.js'
import { root } from '../support/source-tree.js'

describe('graphs and pages', () => {
  const { path: cwd, remove } = temporaryDirectory('reports')
  const secret = 'correct horse battery staple'
  const env = {
    XDG_STATE_HOME: join(cwd, 'state'),
    EVENKEEL_SANDBOX_DIR: join(cwd, 'sandbox'),
    EVENKEEL_VAR_password: secret,
  }
  const evenkeel = (...args: readonly string[]) => runEvenkeel(args, { cwd, env })
  const file = (name: string) => readFileSync(join(cwd, name), 'utf8')

  beforeAll(async () => {
    for (const name of ['plan.json', 'run.jsonl', 'drift.json']) {
      copyFileSync(join(root, 'test/golden/report', name), join(cwd, name))
    }
    writeFileSync(
      join(cwd, 'stack.yaml'),
      `evenkeel: 1
stack: reported
target: sandbox
variables: { password: { type: string, sensitive: true } }
servers:
  web: { image: { owner: '136693071363', name: 'debian-12-amd64-*', architecture: x86_64 }, type: t3.small, userData: "told to nobody \${var.password}" }
`,
    )
    await evenkeel('sandbox', 'up', '--hosts', 'none')
  })

  afterAll(async () => {
    await evenkeel('sandbox', 'down')
    remove()
  })

  it('are made of what plan prints, what it saves, and a stack file alike', async () => {
    const { stdout } = await evenkeel('plan', '--out', 'saved.json', '--json')
    writeFileSync(join(cwd, 'view.json'), stdout)
    const graphs = await Promise.all(
      ['saved.json', 'view.json', 'stack.yaml'].map((of) => evenkeel('graph', of, '--format', 'svg')),
    )
    expect(graphs.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
      graphs.map(() => ({ exitCode: 0, stderr: '' })),
    )
    expect(graphs[0]?.stdout).toContain('create-server server.web')
    expect(new Set(graphs.map((graph) => graph.stdout)).size).toBe(1)
    for (const of of ['saved.json', 'view.json']) await evenkeel('report', of, '--html', `${of}.html`)
    expect(file('saved.json')).toContain('told to nobody')
    for (const page of ['saved.json.html', 'view.json.html']) {
      expect(file(page)).toContain('server.web')
      expect(file(page)).not.toContain('told to nobody')
      expect(file(page)).not.toContain(secret)
    }
  })

  it('tell all that is wrong with all of the files, and write nothing', async () => {
    writeFileSync(join(cwd, 'empty.json'), '')
    writeFileSync(join(cwd, 'broken.json'), '{ "formatVersion": 1, "stack": 1, "status": "fine", "drifted": [] }')
    const { exitCode, stderr } = await evenkeel(
      'report',
      'empty.json',
      'gone.json',
      'broken.json',
      '--html',
      'none.html',
    )
    expect(exitCode).toBe(1)
    for (const told of [
      'it is empty',
      'there is no such file',
      'stack is 1',
      'status is "fine"',
      'pending is missing',
    ]) {
      expect(stderr).toContain(told)
    }
    expect(stderr).toMatch(/8 mistakes/)
    expect(existsSync(join(cwd, 'none.html'))).toBe(false)
  })

  it('are not written over what they are made from, whatever it is called', async () => {
    const before = file('plan.json')
    for (const args of [
      ['report', 'plan.json', '--html', './plan.json'],
      ['graph', 'plan.json', '-o', join(cwd, 'plan.json')],
    ]) {
      const { exitCode, stderr } = await evenkeel(...args)
      expect(exitCode).toBe(1)
      expect(stderr).toContain('FILE_UNWRITABLE')
    }
    expect(file('plan.json')).toBe(before)
  })

  it('of a run or of drift are pages, and no graphs', async () => {
    const { exitCode, stderr } = await evenkeel('report', 'run.jsonl', 'drift.json', '--html', 'both.html')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    for (const of of ['run.jsonl', 'drift.json']) {
      const refused = await evenkeel('graph', of)
      expect(refused.exitCode).toBe(1)
      expect(refused.stderr).toContain('no plan, and only plans have a graph')
    }
  })
})
