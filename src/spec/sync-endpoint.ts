/** An end of a sync rule as it is written, before it is known whether what it names exists. */
export type WrittenEndpoint =
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'server'; readonly server: string; readonly path: string }
  | { readonly kind: 'volume'; readonly volume: string; readonly path: string }
  /** `user@host:path`: a machine that is not of the stack. */
  | { readonly kind: 'remote'; readonly host: string; readonly path: string }

/**
 * Tells the ends apart as rsync does: what has a colon before its first slash is on another machine. `volume.music/path`
 * is ours; `./volume.music/path` is a local directory of that name. Trailing slashes stay, since rsync minds them.
 */
export function parseWrittenEndpoint(text: string): WrittenEndpoint {
  const [, volume, volumePath = ''] = /^volume\.([^/:]+)(?:\/+(.*))?$/.exec(text) ?? []
  if (volume !== undefined) return { kind: 'volume', volume, path: volumePath }
  const [, host, path = ''] = /^([^/:]+):(.*)$/.exec(text) ?? []
  if (host === undefined) return { kind: 'local', path: text }
  return host.includes('@') ? { kind: 'remote', host, path } : { kind: 'server', server: host, path }
}
