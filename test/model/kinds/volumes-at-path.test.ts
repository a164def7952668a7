import { describe, expect, it } from 'vitest'
import { volumesAtPath } from '../../../src/model/kinds/volume.js'
import { specOf } from '../../support/live-stack.js'

const { volumes } = specOf(`evenkeel: 1
stack: demo
target: { region: us-east-1 }
servers:
  web: { image: ami-0123456789abcdef0, type: t3.small, zone: us-east-1a }
volumes:
  music: { server: web, size: 1, mount: /srv/music }
  film: { server: web, size: 1, mount: /srv/film }
`)

const at = (path: string) => volumesAtPath(volumes, path).map(({ address }) => address)

describe('the volumes at a path of a server', () => {
  it.each(['/srv/music', '/srv/music/', '//srv//music/a', '/srv/./music/a', '/./srv/music/.', '/srv/././music'])(
    'are told from where it leads, however it is written: %s',
    (path) => {
      expect(at(path)).toEqual(['volume.music'])
    },
  )

  it('are those below it, too, and none beside it', () => {
    expect(at('/srv/.')).toHaveLength(2)
    expect(at('/')).toHaveLength(2)
    expect(at('/srv/musical')).toEqual([])
    expect(at('/srv/.music')).toEqual([])
  })
})
