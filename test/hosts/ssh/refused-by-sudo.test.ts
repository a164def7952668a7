import { expect, test } from 'vitest'
import { isRefusedBySudo } from '../../../src/hosts/ssh/command.js'

test.each([
  'sudo: a password is required',
  'sudo: sorry, you must have a tty to run sudo',
  'sudo: no tty present and no askpass program specified',
  'sudo: unable to resolve host web: Name or service not known\nsudo: a password is required',
  'admin is not in the sudoers file.',
  'Sorry, user admin is not allowed to execute "/bin/sh -s" as root on web.',
  'sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set',
])('%s: sudo ran nothing', (stderr) => {
  expect(isRefusedBySudo(stderr)).toBe(true)
})

test.each([
  'sudo: unable to resolve host ip-10-0-0-1: Temporary failure in name resolution',
  'sudo: unable to resolve host web\nmount: /srv: special device does not exist',
  'sudo: setrlimit(RLIMIT_CORE): Operation not permitted',
  '',
])('%s: the script ran', (stderr) => {
  expect(isRefusedBySudo(stderr)).toBe(false)
})
