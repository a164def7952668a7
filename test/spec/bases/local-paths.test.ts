import { describe, expect, it } from 'vitest'
import { localPathFrom } from '../../../src/spec/bases/local-paths.js'

describe('localPathFrom', () => {
  it.each([
    ['', './music/', './music/'],
    ['', 'music', 'music'],
    ['shared', './music/', './shared/music/'],
    ['shared', 'music', './shared/music'],
    ['shared', '../music/', './music/'],
    ['shared', '.', './shared/'],
    ['shared', '..', './'],
    ['shared', '../../x', '../x'],
    ['..', './music/', '../music/'],
    ['..', '.', '../'],
    ['../..', '../deploy.pub', '../../../deploy.pub'],
    ['../base', 'a/../b', '../base/b'],
    ['shared', '/srv/music/', '/srv/music/'],
    ['shared', '~/.ssh/id_ed25519.pub', '~/.ssh/id_ed25519.pub'],
    ['shared', '~', '~'],
    ['shared', '~x', './shared/~x'],
  ])('%s: %s is %s', (directory, written, path) => {
    expect(localPathFrom(directory, written)).toBe(path)
  })
})
