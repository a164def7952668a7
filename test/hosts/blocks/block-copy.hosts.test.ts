import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BlockCopy, BlockCopyRequest, HostAccess, HostPort } from '../../../src/executor/ports.js'
import { createHosts } from '../../../src/hosts/hosts.js'
import { describeHosts, unlessHosts } from '../../sandbox/hosts/support.js'
import { readFacts, Servers } from '../support.js'

const mebibyte = 2 ** 20

describeHosts(`blocks${unlessHosts}`, () => {
  let servers: Servers
  let hosts: HostPort
  let [left, right]: HostAccess[] = []

  beforeAll(async () => {
    servers = await Servers.start()
    left = await servers.boot('left')
    right = await servers.boot('right')
    hosts = createHosts({ connectPatienceMs: 2_000 })
  })
  afterAll(async () => {
    hosts.close()
    await servers.stop()
  })

  const inside = async (access: HostAccess, script: string) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const argv = ['sudo', 'sh', '-ec', script]
    const exitCode = await hosts.exec(access, argv, { stdin: undefined, stdout, stderr })
    if (exitCode !== 0) throw new Error(`${script}: ${String(stderr.read())}`)
    return String(stdout.read() ?? '').trim()
  }
  const deviceOf = async (access: HostAccess, volumeId: string) => {
    const device = readFacts(await hosts.probe(access)).devices.find((one) => one.volumeId === volumeId)
    return device?.path ?? ''
  }
  interface Placed {
    readonly access: HostAccess
    readonly volumeId: string
    readonly path: string
  }
  const place = async (access: HostAccess | undefined, sizeMiB: number): Promise<Placed> => {
    if (!access) throw new Error('no server')
    const volumeId = await servers.attach(access, sizeMiB)
    return { access, volumeId, path: await deviceOf(access, volumeId) }
  }
  const digestOf = async ({ access, path }: Placed, sizeMiB: number) =>
    (await inside(access, `blockdev --flushbufs ${path}; head -c ${sizeMiB}M ${path} | sha256sum`)).slice(0, 64)
  const copy = (from: Placed, to: Placed, request: Partial<BlockCopyRequest> = {}): Promise<BlockCopy> =>
    hosts.copyBlocks(from, to, {
      mayOverwrite: () => false,
      compress: false,
      beforeWriting: () => Promise.resolve(),
      onProgress: () => undefined,
      ...request,
    })

  test('that must not go on end; and wait for what a killed run has left', async () => {
    const [from, to] = await Promise.all([place(left, 40), place(left, 40)])
    await inside(from.access, `head -c 40M /dev/urandom > ${from.path}`)
    const losing = new AbortController()
    const beforeWriting = () => Promise.resolve(losing.abort(new Error('the lock is lost')))
    await expect(copy(from, to, { beforeWriting, signal: losing.signal })).rejects.toThrow('the lock is lost')
    const holds = inside(to.access, `exec 9< ${to.path}; flock 9; touch /tmp/has; sleep 2; touch /tmp/over`)
    await inside(to.access, 'until [ -e /tmp/has ]; do sleep 0.05; done')
    await copy(from, to, { mayOverwrite: () => true })
    await inside(to.access, 'test -e /tmp/over')
    await holds
    expect(await digestOf(to, 40)).toBe(await digestOf(from, 40))
  })

  test('are compared with what is there when a killed run has written its last', async () => {
    const [from, to] = await Promise.all([place(left, 40), place(left, 40)])
    await inside(from.access, `head -c 8M /dev/urandom | dd of=${from.path} bs=1M iflag=fullblock conv=notrunc`)
    const late = `head -c 8M /dev/urandom | dd of=${to.path} bs=1M seek=20 iflag=fullblock conv=notrunc`
    const holds = inside(to.access, `exec 9< ${to.path}; flock 9; touch /tmp/holds; sleep 2; ${late}`)
    await inside(to.access, 'until [ -e /tmp/holds ]; do sleep 0.02; done')
    await copy(from, to, { mayOverwrite: () => true })
    await holds
    expect(await digestOf(to, 40)).toBe(await digestOf(from, 40))
  })

  test('go from one server to another, zeros unsent, into a larger volume with a tail', async () => {
    const [from, to] = await Promise.all([place(left, 100), place(right, 130)])
    await inside(
      from.access,
      `head -c 20M /dev/urandom | dd of=${from.path} bs=1M seek=70 iflag=fullblock conv=notrunc`,
    )
    const shown: string[] = []
    const made = await copy(from, to, {
      onProgress: (done, total, what) => shown.push(`${what} ${done / mebibyte}/${total / mebibyte}`),
    })
    // 70 to 90 MiB lie in the ranges 64 to 80 and 80 to 96.
    expect(made).toMatchObject({ bytesSent: 32 * mebibyte, bytesZeroed: 0 })
    expect(shown).toContain('compared 100/100')
    expect(shown.at(-1)).toBe('copied 32/32')
    expect(await digestOf(to, 100)).toBe(await digestOf(from, 100))
    expect(await copy(from, to, { mayOverwrite: () => true })).toEqual({ ...made, bytesSent: 0, bytesZeroed: 0 })
  })

  test('on one server go without the network', async () => {
    const [from, to] = [await place(left, 40), await place(left, 40)]
    await inside(from.access, `head -c 40M /dev/urandom > ${from.path}`)
    expect(await copy(from, to)).toMatchObject({ bytesSent: 40 * mebibyte })
    expect(await digestOf(to, 40)).toBe(await digestOf(from, 40))
  })

  test('are only what differs the second time, and zeros are made at the destination', async () => {
    const [from, to] = await Promise.all([place(left, 64), place(right, 64)])
    await inside(from.access, `head -c 64M /dev/urandom > ${from.path}`)
    await copy(from, to)
    await inside(
      from.access,
      `printf changed | dd of=${from.path} bs=1 seek=20000000 conv=notrunc
       dd if=/dev/zero of=${from.path} bs=1M seek=48 count=16 conv=notrunc`,
    )
    const again = await copy(from, to, { mayOverwrite: () => true, compress: true })
    expect(again).toMatchObject({ bytesSent: 16 * mebibyte, bytesZeroed: 16 * mebibyte })
    expect(await digestOf(to, 64)).toBe(await digestOf(from, 64))
  })

  test('end with an error when the other end does, and go on from there', async () => {
    const [from, to] = await Promise.all([place(left, 96), place(right, 96)])
    await inside(from.access, `head -c 96M /dev/urandom > ${from.path}`)
    let ended: Promise<unknown> | undefined
    const broken = copy(from, to, {
      onProgress: (_done, _total, what) => {
        if (what === 'copied') ended ??= inside(to.access, 'kill $(pgrep -o -f evenkeel-blocks)')
      },
    })
    await expect(broken).rejects.toMatchObject({ name: 'HostError' })
    await ended
    await copy(from, to, { mayOverwrite: () => true })
    expect(await digestOf(to, 96)).toBe(await digestOf(from, 96))
  })

  test('are refused where something else is, and leave it as it was', async () => {
    const [from, formatted, used, small] = await Promise.all([
      place(left, 32),
      place(right, 32),
      place(right, 32),
      place(right, 16),
    ])
    await inside(from.access, `head -c 32M /dev/urandom > ${from.path}`)
    await inside(
      formatted.access,
      `mkfs.ext4 -q -L precious ${formatted.path}; printf database | dd of=${used.path} bs=1 seek=31000000 conv=notrunc`,
    )
    const before = await Promise.all([digestOf(formatted, 32), digestOf(used, 32)])
    await expect(copy(from, formatted)).rejects.toMatchObject({
      code: 'HOST_FOREIGN_FILESYSTEM',
      message: expect.stringContaining('an ext4 filesystem labelled "precious"'),
    })
    await expect(copy(from, used)).rejects.toMatchObject({
      code: 'HOST_FOREIGN_FILESYSTEM',
      message: expect.stringContaining('data at 16'),
    })
    await expect(copy(from, small)).rejects.toMatchObject({ code: 'HOST_COPY_NO_ROOM' })
    expect(await Promise.all([digestOf(formatted, 32), digestOf(used, 32)])).toEqual(before)

    await inside(formatted.access, `mkdir -p /mnt/one && mount ${formatted.path} /mnt/one`)
    await expect(copy(from, formatted, { mayOverwrite: () => true })).rejects.toMatchObject({ code: 'HOST_BUSY' })
    await expect(copy(formatted, used, { mayOverwrite: () => true })).rejects.toMatchObject({ code: 'HOST_BUSY' })
    await inside(formatted.access, 'umount /mnt/one')
    await copy(from, formatted, { mayOverwrite: () => true })
    expect(await digestOf(formatted, 32)).toBe(await digestOf(from, 32))
  })
})
