import { describe, expect, test } from 'vitest'
import { getEnds, putEnds } from '../../src/cli/copy-words.js'

describe('the words of put', () => {
  test.each([
    [['a', 'b', 'web:/tmp/'], { from: ['a', 'b'], to: 'web:/tmp/' }],
    [['./odd:name', 'volume.music/x'], { from: ['./odd:name'], to: 'volume.music/x' }],
    [['me@far:/x', 'web[0]:/tmp'], { from: ['me@far:/x'], to: 'web[0]:/tmp' }],
  ])('%j are taken', (words, ends) => {
    expect(putEnds(words)).toEqual(ends)
  })

  test.each([
    [['a', 'me@far:/x'], 'to a server or a volume of the stack, not to me@far:/x'],
    [['a', 'web'], 'to a server or a volume of the stack, not to web'],
    [['odd:name', 'web:/tmp'], 'into the stack, and odd:name lies there'],
    [['a'], 'something to copy, and where to'],
    [['-oProxyCommand=id@far:/x', 'web:/tmp'], '-oProxyCommand=id@far:/x names no machine'],
    [['me@$(id):/x', 'web:/tmp'], 'me@$(id):/x names no machine'],
  ])('%j are refused', (words, said) => {
    expect(() => putEnds(words)).toThrow(said)
  })
})

describe('the words of get', () => {
  test.each([
    [['web:/a', 'volume.music', './'], { from: ['web:/a', 'volume.music'], to: './' }],
    [['web:/a', 'me@far:/x'], { from: ['web:/a'], to: 'me@far:/x' }],
  ])('%j are taken', (words, ends) => {
    expect(getEnds(words)).toEqual(ends)
  })

  test.each([
    [['me@far:/x', './'], 'from a server or a volume of the stack, not me@far:/x'],
    [['web:/a', 'web:/b'], 'out of the stack, and web:/b lies there'],
    [['web:/a', '-oProxyCommand=id@far:/x'], '-oProxyCommand=id@far:/x names no machine'],
  ])('%j are refused', (words, said) => {
    expect(() => getEnds(words)).toThrow(said)
  })
})
