import { tmpdir } from 'node:os'
import { canHostLinux } from '../../src/sandbox/hosts/capability.js'

/** Why no host can run on this machine; undefined where they can. Tests that need them say it when they are skipped. */
export const noHostsBecause = hostsMissing(canHostLinux(tmpdir()), process.env['EVENKEEL_REQUIRE_HOSTS'])

/** Throws where hosts are required, as in CI: a run that skips most of what matters must not pass. */
export function hostsMissing(
  capability: ReturnType<typeof canHostLinux>,
  required: string | undefined,
): string | undefined {
  if (capability.ok) return undefined
  if (required === '1') throw new Error(`EVENKEEL_REQUIRE_HOSTS=1, and no host can run here: ${capability.because}`)
  return capability.because
}
