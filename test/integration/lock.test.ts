import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runEvenkeel, type CommandResult } from '../support/evenkeel.js'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { validatorOf } from '../support/schemas.js'

/** A command in a terminal of its own that holds the lock: its server is in a set-up command, which ends when it is told to. */
interface Holder {
  readonly kill: (signal: NodeJS.Signals) => void
  readonly end: Promise<CommandResult>
  /** Resolves when it has said this on standard error. */
  readonly said: (text: string) => Promise<void>
  readonly letGo: () => Promise<unknown>
}

describe.skipIf(noHostsBecause)(
  `two terminals and one stack${noHostsBecause ? ` (skipped: ${noHostsBecause})` : ''}`,
  () => {
    let world: SandboxWorld
    let held = 0

    beforeAll(async () => {
      world = await startSandboxWorld('lock')
    })
    afterAll(() => world.remove())

    async function startHolder(): Promise<Holder> {
      held += 1
      const mark = `/tmp/go-${held}`
      world.write({
        'stack.yaml': `
evenkeel: 1
stack: shared
target: sandbox
servers:
  web:
    image: { owner: "136693071363", name: "debian-12-amd64-*" }
    type: t3.small
    zone: us-east-1a
    setup: ["echo $BASHPID > /tmp/pid-${held}; echo holding ${held}; until [ -e ${mark} ]; do sleep 0.1; done"]
`,
      })
      let stderr = ''
      const waiting = new Map<string, () => void>()
      let kill: Holder['kill'] = () => undefined
      const end = runEvenkeel(['apply', '--yes'], {
        cwd: world.directory,
        env: world.env,
        onStderr: (text, killIt) => {
          kill = killIt
          stderr += text
          for (const [wanted, resolve] of waiting) if (stderr.includes(wanted)) resolve()
        },
      })
      const said = async (text: string) => {
        const spoken = new Promise<void>((resolve) => {
          waiting.set(text, resolve)
          if (stderr.includes(text)) resolve()
        })
        await Promise.race([spoken, end.then(({ stdout, stderr: all }) => expect(`${stdout}${all}`).toContain(text))])
      }
      await said(`| holding ${held}`)
      return {
        kill: (signal) => kill(signal),
        end,
        said,
        letGo: () => expectSuccess(world.run(['exec', 'web', '--', 'touch', mark])),
      }
    }

    it('the second exits with 6 and names the first, or waits for it', async () => {
      const first = await startHolder()
      const shown = JSON.parse((await expectSuccess(world.run(['lock', 'show', '--json']))).stdout) as {
        lock: { run: string; liveness: string; holder: { pid: number } }
      }
      const validate = validatorOf('lock')
      validate(shown)
      expect(validate.errors).toBeNull()
      expect(shown.lock.liveness).toBe('alive')

      const refused = await expectExit(world.run(['apply', '--yes']), 6)
      for (const word of [`pid ${shown.lock.holder.pid}`, shown.lock.run, '[LOCKED]'])
        expect(refused.stderr).toContain(word)
      world.write({ 'song.txt': 'la\n' })
      const put = await expectExit(world.run(['put', 'song.txt', 'web:/tmp/song.txt']), 6)
      expect(put.stderr).toContain('[LOCKED]')
      expect((await expectSuccess(world.run(['plan']))).stderr).toContain(shown.lock.run)

      const patient = runEvenkeel(['put', '--lock-timeout', '2m', 'song.txt', 'web:/tmp/song.txt'], {
        cwd: world.directory,
        env: world.env,
        // Only once it waits.
        onStderr: (text) => void (text.includes('Waiting for it to end') && first.letGo()),
      })
      const waited = await expectSuccess(patient)
      expect(waited.stdout).toContain('1 file created')
      await expectSuccess(first.end)
      expect((await expectSuccess(world.run(['lock', 'show']))).stdout).toContain('Nobody holds')

      const journal = join(world.directory, 'state/evenkeel/runs/shared', `${shown.lock.run}.jsonl`)
      expect(statSync(journal).mode & 0o777).toBe(0o600)
      const lines = readFileSync(journal, 'utf8').trim().split('\n')
      expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ event: 'result' })
    })

    it('a killed one keeps nobody waiting', async () => {
      const killed = await startHolder()
      killed.kill('SIGKILL')
      await killed.end
      expect((await expectSuccess(world.run(['lock', 'show']))).stdout).toContain('its process is gone')
      await killed.letGo()
      await expectSuccess(world.run(['apply', '--yes']))
      expect((await expectSuccess(world.run(['plan', '--detailed-exitcode']))).stdout).toContain('No changes')
    })

    it('one whose lock was broken says so and ends with 1', async () => {
      const holder = await startHolder()
      const broken = await expectSuccess(world.run(['lock', 'break', '--yes']))
      expect(broken.stdout).toContain('The lock of shared is broken.')
      // Its command is ended on the server: nobody lets it go.
      const { stdout, stderr } = await expectExit(holder.end, 1)
      expect(stderr).toContain('the lock is lost: ending 1 step in flight')
      expect(`${stdout}${stderr}`).toContain('[LOCK_LOST]')
      const looking = ['exec', 'web', '--', 'sh', '-c', `kill -0 $(cat /tmp/pid-${held}) 2> /dev/null || echo gone`]
      expect((await expectSuccess(world.run(looking))).stdout).toBe('gone\n')
      await holder.letGo()
      await expectSuccess(world.run(['apply', '--yes']))
      await expectSuccess(world.run(['destroy', '--yes']))
    })
  },
)
