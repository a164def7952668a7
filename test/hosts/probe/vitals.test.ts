import { expect, it } from 'vitest'
import { parseVitals } from '../../../src/hosts/probe/vitals.js'

it('reads how a server fares; what is mounted twice stands once, and an old kernel is told by its caches', () => {
  const output = [
    'uptime 12.97',
    'load 0.08 0.40 12.31',
    'cpus 2',
    'memory MemTotal: 1000',
    'memory MemFree: 100',
    'memory Buffers: 20',
    'memory Cached: 300',
    'memory SwapTotal: 64',
    'memory SwapFree: 60',
    'disk 259:1 / ext4 4096 100 40 30',
    'disk 259:3 /srv/a\\040b xfs 512 10 4 4',
    'disk 259:1 /again ext4 4096 100 40 30',
    '',
  ].join('\n')
  expect(parseVitals(output, new Map([['/srv/a b', 'vol-1']]))).toEqual({
    uptimeSeconds: 12,
    cpus: 2,
    load: [0.08, 0.4, 12.31],
    memory: {
      totalBytes: 1000 * 1024,
      availableBytes: 420 * 1024,
      swapTotalBytes: 64 * 1024,
      swapUsedBytes: 4 * 1024,
    },
    filesystems: [
      { path: '/', fstype: 'ext4', totalBytes: 409_600, usedBytes: 245_760, availableBytes: 122_880 },
      {
        path: '/srv/a b',
        fstype: 'xfs',
        totalBytes: 5120,
        usedBytes: 3072,
        availableBytes: 2048,
        volumeId: 'vol-1',
      },
    ],
  })
})
