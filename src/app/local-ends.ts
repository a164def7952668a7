import { stat } from 'node:fs/promises'
import { UsageError } from '../core/errors.js'
import type { CopyPlace } from '../executor/ports.js'
import { parseWrittenEndpoint } from '../spec/kinds/sync-rule/written-endpoint.js'

/** Rejects where something of this machine is to be copied that is not there; before any server is asked. */
export async function requireLocal(places: readonly CopyPlace[]): Promise<void> {
  for (const { access, host, path } of places) {
    if (access !== undefined || host !== undefined) continue
    await stat(path).catch((error: unknown) => {
      throw new UsageError('SYNC_SOURCE_MISSING', `${path} ${reasonOf(error)}`, {
        cause: error,
        hint: 'a path of this machine is relative to the directory that you are in',
      })
    })
  }
}

/** Throws where a path in the stack leads upwards: what has to be mounted where it lies is told from its words. */
export function requireStraight(texts: readonly string[]): void {
  const crooked = texts.find((text) => {
    const end = parseWrittenEndpoint(text)
    return end.kind !== 'local' && end.kind !== 'remote' && end.path.split('/').includes('..')
  })
  if (crooked === undefined) return
  throw new UsageError('USAGE', `${crooked} leads upwards: a path on a server or a volume is written without \`..\``, {
    hint: 'write where it ends',
  })
}

/** Rejects an owner at this machine that it cannot give. */
export function requireGivable(owner: string | undefined, { access, host }: CopyPlace): void {
  if (owner === undefined || access !== undefined || host !== undefined || process.getuid?.() === 0) return
  throw new UsageError('USAGE', 'only root can give files of this machine to somebody', {
    hint: 'leave --owner out: what is copied is yours then',
  })
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'does not exist'
  if (code === 'ENOTDIR')
    return 'does not exist: something above it is no directory, or it ends in a slash and is none itself'
  return `cannot be read (${code ?? String(error)})`
}
