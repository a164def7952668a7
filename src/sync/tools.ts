import { UsageError } from '../core/errors.js'
import { readChild } from './child.js'

/** Checks once that rsync and ssh are on this machine, and that rsync is new enough: 3.1 has `--info` and `--chown`. */
export async function checkTools(): Promise<void> {
  const [rsync, ssh] = await Promise.all([outputOf(['rsync', '--version']), outputOf(['ssh', '-V'])])
  const missing = [rsync === undefined ? 'rsync' : undefined, ssh === undefined ? 'ssh' : undefined].filter(
    (name) => name !== undefined,
  )
  if (missing.length > 0) {
    throw new UsageError(
      'SYNC_TOOL_MISSING',
      `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not on this machine; sync rules need both`,
      {
        hint: 'install the packages rsync and openssh-client (Debian, Ubuntu), or rsync and openssh-clients (Fedora, Amazon Linux)',
      },
    )
  }
  const [, major = '0', minor = '0'] = /version v?(\d+)\.(\d+)/.exec(rsync ?? '') ?? []
  if (/openrsync/i.test(rsync ?? '') || Number(major) * 100 + Number(minor) < 301) {
    throw new UsageError('SYNC_TOOL_MISSING', `the rsync on this machine is too old: ${(rsync ?? '').split('\n')[0]}`, {
      hint: 'install rsync 3.1 or newer (macOS: brew install rsync)',
    })
  }
}

async function outputOf(argv: readonly string[]): Promise<string | undefined> {
  const result = await readChild({ argv }).catch(() => undefined)
  return result && `${result.stdout}${result.stderrTail}`
}
