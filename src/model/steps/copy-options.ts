import type { SyncSpec } from '../kinds/sync-rule.js'
import type { CopyOptions } from './copies.js'

/** How a rule is copied, and so compared: the options that it sets; undefined when it sets none. */
export function copyOptionsOf(spec: SyncSpec): CopyOptions | undefined {
  const { include, owner, chmod, checksum, bandwidthKiBps, compress, partial } = spec
  const options: CopyOptions = {
    ...(include.length > 0 && { include }),
    ...(owner !== undefined && { owner }),
    ...(chmod !== undefined && { chmod }),
    ...(checksum && { checksum }),
    ...(bandwidthKiBps !== undefined && { bandwidthKiBps }),
    ...(compress && { compress }),
    ...(partial && { partial }),
  }
  return Object.keys(options).length === 0 ? undefined : options
}
