import { describe, expect, it } from 'vitest'
import { renamingOf } from '../../../src/model/moves/renaming.js'
import { at, specOf } from '../../support/live-stack.js'

const server = 'image: ami-12345678, type: t3.small'
const renaming = (entries: string, moves = '') =>
  renamingOf(specOf(`evenkeel: 1\nstack: demo\ntarget: sandbox\nservers: { ${entries} }\n${moves}`))
const names = (rename: ReturnType<typeof renamingOf>, ...texts: readonly string[]) =>
  texts.map((text) => rename(at(text)))

describe('what something is called now', () => {
  it('follows a whole entry with its members and elastic addresses, and nothing else', () => {
    const rename = renaming(`front: { count: 1, ${server} }`, 'moved: [{ from: server.web, to: server.front }]\n')
    expect(names(rename, 'server.web[0]', 'server.web[7]', 'elasticIp.web[0]', 'volume.web', 'server.webs')).toEqual([
      'server.front[0]',
      'server.front[7]',
      'elasticIp.front[0]',
      'volume.web',
      'server.webs',
    ])
  })

  it('follows one member alone', () => {
    const moves = "moved: [{ from: 'server.web[2]', to: server.last }]\n"
    const rename = renaming(`web: { count: 2, ${server} }, last: { ${server} }`, moves)
    expect(names(rename, 'server.web[2]', 'server.web[1]')).toEqual(['server.last', 'server.web[1]'])
  })

  it('goes on from name to name, and over a count that was added meanwhile', () => {
    const moves = 'moved: [{ from: server.b, to: server.c }, { from: server.a, to: server.b }]\n'
    const rename = renaming(`c: { count: 2, ${server} }`, moves)
    expect(names(rename, 'server.a', 'server.b', 'server.c', 'elasticIp.a')).toEqual([
      'server.c[0]',
      'server.c[0]',
      'server.c[0]',
      'elasticIp.c[0]',
    ])
  })

  it('is the first of a count that was added, and the one that is left when it was dropped', () => {
    expect(names(renaming(`web: { count: 3, ${server} }`), 'server.web', 'server.web[0]')).toEqual([
      'server.web[0]',
      'server.web[0]',
    ])
    expect(names(renaming(`web: { ${server} }`), 'server.web[0]', 'server.web[1]', 'server.web')).toEqual([
      'server.web',
      'server.web[1]',
      'server.web',
    ])
    // None is left of it.
    expect(names(renaming(`web: { count: 0, ${server} }`), 'server.web')).toEqual(['server.web'])
  })
})
