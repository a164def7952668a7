// A daemon to be killed: runs the built hosts in the directory of its first argument, up to the point that its second
// argument names, tells its parent, and goes on.
import { writeFileSync } from 'node:fs'
import { createLinuxHosts } from '../../../dist/sandbox/hosts/linux-hosts.js'

const [stateDir, what] = process.argv.slice(2)
const backend = createLinuxHosts({ stateDir })
await backend.start()

const describe = (number, userData, volumes = []) => ({
  instanceId: `i-${number}`,
  hostname: `host-${number}`,
  domain: 'ec2.internal',
  privateIp: `10.66.0.${number}`,
  macAddress: '02:ee:0a:42:00:05',
  loginUser: 'admin',
  authorizedKeys: [],
  userData,
  deviceNaming: 'nvme',
  rootSizeBytes: 2 ** 30,
  volumes,
  metadata: { access: 'token', values: {} },
})

const writer = `#!/bin/sh
mkfs.ext4 -q /dev/nvme1n1 && mount /dev/nvme1n1 /mnt && echo written > /mnt/word && sync -f /mnt && echo WRITTEN
`

if (what === 'mounted') {
  writeFileSync(`${stateDir}/public-ip`, `${backend.publicIpFor('10.66.0.5')}\n`)
  await backend.createVolume('vol-1', 2 ** 28)
  await backend.boot(describe(5, writer, [{ volumeId: 'vol-1', deviceName: '/dev/sdf' }]))
  await backend.boot(describe(6))
  while (!(await backend.console('i-5')).includes('WRITTEN')) await new Promise((resolve) => setTimeout(resolve, 20))
} else if (what === 'booting') {
  for (let number = 5; number < 15; number += 1) backend.boot(describe(number)).catch(() => {})
} else if (what === 'copying') {
  await backend.createVolume('vol-1', 2 ** 28)
  await backend.boot(describe(5, writer, [{ volumeId: 'vol-1', deviceName: '/dev/sdf' }]))
  while (!(await backend.console('i-5')).includes('WRITTEN')) await new Promise((resolve) => setTimeout(resolve, 20))
  const endlessly = async () => {
    for (let number = 1; ; number += 1) {
      await backend.createSnapshot(`snap-${number}`, 'vol-1')
      await backend.createVolume(`vol-x${number}`, 2 ** 28, `snap-${number}`)
    }
  }
  void endlessly()
} else {
  await backend.boot(describe(5))
  for (let number = 1; number < 20; number += 1) {
    await backend.createVolume(`vol-${number}`, 2 ** 28)
    void backend.attachVolume(`vol-${number}`, { instanceId: 'i-5', deviceName: '/dev/sdf' })
  }
}
process.on('message', () => void backend.stop().then(() => process.disconnect()))
process.send('there')
