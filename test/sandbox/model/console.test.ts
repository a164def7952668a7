import { expect, it } from 'vitest'
import {
  consoleBeforeKeys,
  consoleText,
  consoleWithGarbledKeys,
  consoleWithoutKeys,
} from '../../../src/sandbox/model/console.js'
import { sshKeys } from '../../support/ssh-keys.js'

const whole = consoleText('ip-10-0-0-1', [`${sshKeys.ed25519} root@x`], 0)
const console = `${whole}Cloud-init finished\r\n`

it('shows what was written before the keys, and nothing after them', () => {
  expect(consoleBeforeKeys(console)).toBe(consoleText('ip-10-0-0-1', [], 0))
  expect(consoleBeforeKeys('nothing yet\r\n')).toBe('nothing yet\r\n')
})

it('shows all but the keys', () => {
  expect(consoleWithoutKeys(console)).toBe(`${consoleText('ip-10-0-0-1', [], 0)}Cloud-init finished\r\n`)
  expect(consoleWithoutKeys('nothing yet\r\n')).toBe('nothing yet\r\n')
})

it('puts a kernel line into each key, wherever it is told to', () => {
  for (const place of [0, 0.3, 0.999]) {
    const garbled = consoleWithGarbledKeys(console, place)
    expect(garbled).not.toContain(sshKeys.ed25519)
    expect(garbled).toContain('audit: type=1400')
    expect(garbled.replace(/\[ {3}14\.[^\n]*\n/, '')).toBe(console)
  }
})
