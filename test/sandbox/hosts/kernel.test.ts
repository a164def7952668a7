import { expect, test } from 'vitest'
import { tooOldBecause } from '../../../src/sandbox/hosts/kernel.js'

test.each(['4.18.0-553.el8_10.x86_64', '5.4.0-42-generic', '5.7.19', '2.6.32', 'unknown'])(
  'a kernel of release %s is told to be too old for hosts',
  (release) => {
    expect(tooOldBecause(release)).toBe(`hosts need Linux 5.8 or later, for its loop devices; this is ${release}`)
  },
)

test.each(['5.8.0', '5.10.0-28-amd64', '6.1.0', '6.18.44', '10.0'])('a kernel of release %s is not', (release) => {
  expect(tooOldBecause(release)).toBeUndefined()
})
