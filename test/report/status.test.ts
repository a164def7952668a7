import { describe, expect, it } from 'vitest'
import { statusJson, statusText } from '../../src/report/servers/status-text.js'
import { at } from '../support/live-stack.js'
import { validatorOf } from '../support/schemas.js'

const fine = { status: 'ok' }
const none = { status: 'not-applicable' }
const servers = [
  {
    address: at('server.db'),
    wanted: 'running' as const,
    reservations: ['r-1', 'r-2'],
    inside: { kind: 'unread' as const, reason: 'no answer', hint: 'look at its console' },
    status: {
      id: 'i-db',
      state: 'running',
      since: '2026-11-20T03:00:00.000Z',
      system: { status: 'impaired', impairedSince: '2026-11-20T04:00:00.000Z' },
      instance: fine,
      volumes: fine,
      events: [
        { code: 'system-reboot', description: 'for \u001B[31mmaintenance', notBefore: '2026-12-01T00:00:00.000Z' },
      ],
    },
  },
  {
    address: at('server.web'),
    wanted: 'running' as const,
    status: {
      id: 'i-web',
      state: 'stopped',
      reason: 'User initiated',
      system: none,
      instance: none,
      volumes: none,
      events: [],
    },
  },
  { address: at('server.new'), wanted: 'running' as const },
  {
    address: at('server.old'),
    inside: {
      kind: 'read' as const,
      volumes: { 'vol-1': at('volume.data') },
      vitals: {
        uptimeSeconds: 3_725,
        cpus: 2,
        load: [0.1, 1.25, 10] as const,
        memory: {
          totalBytes: 4 * 2 ** 30,
          availableBytes: 3 * 2 ** 30,
          swapTotalBytes: 0,
          swapUsedBytes: 0,
        },
        filesystems: [
          { path: '/', fstype: 'ext4', totalBytes: 8 * 2 ** 30, usedBytes: 2 ** 30, availableBytes: 6 * 2 ** 30 },
          {
            path: '/srv/data',
            fstype: 'xfs',
            totalBytes: 100 * 2 ** 30,
            usedBytes: 95 * 2 ** 30,
            availableBytes: 5 * 2 ** 30,
            volumeId: 'vol-1',
          },
        ],
      },
    },
    status: { id: 'i-old', state: 'running', system: fine, instance: fine, volumes: fine, events: [] },
  },
]

describe('the status of servers', () => {
  it('is a line for each, and what is to be known below', () => {
    expect(statusText('demo', { servers }, false))
      .toBe(`SERVER      STATE    SINCE                 SYSTEM    INSTANCE  VOLUMES  ID
server.db   running  2026-11-20T03:00:00Z  impaired  ok        ok       i-db
server.web  stopped  -                     -         -         -        i-web
server.new  absent   -                     -         -         -        -
server.old  running  -                     ok        ok        ok       i-old

server.db: the check of the machine that it runs on says impaired since 2026-11-20T04:00:00Z
server.db can be billed under what the account has reserved: r-1 and r-2
server.db: system-reboot from 2026-12-01T00:00:00Z: for \\u001B[31mmaintenance
server.web is stopped (User initiated); the stack file says running
server.new is absent; the stack file says running

SERVER      UP     LOAD 1 5 15 MIN  CPUS  MEMORY USED            SWAP USED
server.old  1h02m  0.10 1.25 10.00  2     1 GiB of 4 GiB (25 %)  -

SERVER      DIRECTORY  VOLUME       TYPE  USED                      FREE
server.old  /          root disk    ext4  1 GiB of 8 GiB (13 %)     6 GiB
server.old  /srv/data  volume.data  xfs   95 GiB of 100 GiB (95 %)  5 GiB

server.db: its inside is unknown: no answer (look at its console)
`)
    expect(statusText('demo', { servers: [] }, false)).toBe('The stack demo has no servers.\n')
  })

  it('is described by its schema, and nothing else is', () => {
    const validate = validatorOf('status')
    const printed = JSON.parse(statusJson('demo', { servers })) as object
    validate(printed)
    expect(validate.errors).toBeNull()
    expect(validate({ ...printed, more: 1 })).toBe(false)
  })
})
