import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeHosts, type TestHost, TestSandbox, unlessHosts } from '../support.js'

const script = `#!/bin/bash
echo "I am $(id -un) on $(hostname)"
while [ ! -e /tmp/go ]; do sleep 0.05; done
echo ran >> /root/runs
`

const cloudConfig = `#cloud-config
hostname: web.example.org
timezone: Europe/Berlin
bootcmd:
  - echo boot >> /root/boots
write_files:
  - { path: /etc/app/app.conf, content: "port = 80\\n", permissions: '0640', owner: admin }
  - { path: /etc/app/secret, encoding: b64, content: aGVsbG8= }
runcmd:
  - [touch, "/root/a file"]
  - test -e "/root/a file" && echo ran >> /root/runs
`

describeHosts(`user data${unlessHosts}`, () => {
  let sandbox: TestSandbox

  beforeAll(async () => {
    sandbox = await TestSandbox.start()
  })
  afterAll(() => sandbox.stop())

  const bootWith = async (userData: string): Promise<TestHost> => {
    const host = await sandbox.boot({ userData })
    await sandbox.openTo(host)
    return host
  }

  test('a script runs once as root after sshd answers, and says so on the console', async () => {
    const host = await bootWith(script)
    expect(await host.try('cloud-init status')).toEqual({ exitCode: 0, output: 'status: running' })
    await host.run('sudo touch /tmp/go')
    expect((await host.try('cloud-init status --wait')).output).toMatch(/status: done$/)
    await host.stop()
    await host.start()
    await host.run('cloud-init status --wait')
    expect(await host.run('sudo cat /root/runs')).toBe('ran')
    expect(await host.run('cat /var/log/cloud-init-output.log')).toContain(`I am root on ${host.description.hostname}`)
    expect(`${await host.run('sudo cat /var/lib/cloud/instance/user-data.txt')}\n`).toBe(script)
    const console = await sandbox.backend.console(host.description.instanceId)
    expect(console.split(`I am root on ${host.description.hostname}\r\n`)).toHaveLength(2)
  })

  test('a script that fails makes the status an error', async () => {
    const host = await bootWith('#!/bin/sh\nexit 3\n')
    expect(await host.try('cloud-init status --wait')).toEqual({
      exitCode: 1,
      output: expect.stringMatching(/status: error$/),
    })
  })

  test('a cloud-config is worked off, and what is not emulated is told on the console', async () => {
    const host = await bootWith(cloudConfig)
    expect(await host.try('cloud-init status --wait >/dev/null')).toEqual({ exitCode: 0, output: '' })
    expect(
      await host.run('hostname; stat -c "%a %U" /etc/app/app.conf; sudo cat /etc/app/app.conf /etc/app/secret'),
    ).toBe('web\n640 admin\nport = 80\nhello')
    await host.stop()
    await host.start()
    expect(await host.run('cloud-init status --wait >/dev/null; hostname; sudo cat /root/boots /root/runs')).toBe(
      'web\nboot\nboot\nran',
    )
    expect(await sandbox.backend.console(host.description.instanceId)).toContain("'timezone' is not emulated")
  })
})
