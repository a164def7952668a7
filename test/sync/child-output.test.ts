import { expect, it } from 'vitest'
import { readChild } from '../../src/sync/child.js'

it('a program that is read whole and prints for ever is ended, and so are those that it has started', async () => {
  const { exitCode, stderrTail, stdout } = await readChild({ argv: ['sh', '-c', 'yes; echo never'] })
  expect(exitCode).not.toBe(0)
  expect([stderrTail, stdout]).toEqual(['it printed more than 16 MiB, and was ended', ''])
})
