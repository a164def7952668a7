import { expect, test } from 'vitest'
import { oneShotLine } from '../../src/sync/ssh/one-shot-key.js'
import { sshKeys } from '../support/ssh-keys.js'

test('a one-shot key asks nothing of sshd that OpenSSH 7.4 does not know, which takes no line with it', () => {
  const command = `rsync --server "a b" 'c' user@host`
  const line = oneShotLine({ from: '10.0.0.1', command, name: 'library', publicKey: sshKeys.ed25519 })
  const options = line.slice(0, line.indexOf(` ${sshKeys.ed25519}`))
  const names = options.replaceAll(/"(?:\\"|[^"])*"/g, '').split(',')
  expect(names).toEqual(['restrict', 'command=', 'from='])
  expect(options).toContain('[ $(date +%s) -lt @expiry@ ] || exit 255; ')
  expect(line.endsWith(`${sshKeys.ed25519} evenkeel-one-shot library @expiry@`)).toBe(true)
})
