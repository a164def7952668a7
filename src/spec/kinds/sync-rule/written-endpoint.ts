/** An end of a sync rule as it is written, before it is known whether what it names exists. */
export type WrittenEndpoint =
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'server'; readonly server: string; readonly path: string }
  /** `web[*]:path`: every server of a count; `server` is the name without the brackets. */
  | { readonly kind: 'servers'; readonly server: string; readonly path: string }
  | { readonly kind: 'volume'; readonly volume: string; readonly path: string }
  /** `volume.data[*]/path`: the volume of every member of a count; `volume` is the name without the brackets. */
  | { readonly kind: 'volumes'; readonly volume: string; readonly path: string }
  /** `user@host:path`: a machine that is not of the stack. */
  | { readonly kind: 'remote'; readonly host: string; readonly path: string }

/**
 * Tells the ends apart as rsync does: what has a colon before its first slash is on another machine. `volume.music/path`
 * is ours; `./volume.music/path` is a local directory of that name. Trailing slashes stay, since rsync minds them.
 */
export function parseWrittenEndpoint(text: string): WrittenEndpoint {
  const [, volume, volumePath = ''] = /^volume\.([^/:]+)(?:\/+(.*))?$/s.exec(text) ?? []
  if (volume?.endsWith('[*]')) return { kind: 'volumes', volume: volume.slice(0, -3), path: volumePath }
  if (volume !== undefined) return { kind: 'volume', volume, path: volumePath }
  const [, host, path = ''] = /^([^/:]+):(.*)$/s.exec(text) ?? []
  if (host === undefined) return { kind: 'local', path: text }
  if (host.includes('@')) return { kind: 'remote', host, path }
  if (host.endsWith('[*]')) return { kind: 'servers', server: host.slice(0, -3), path }
  return { kind: 'server', server: host, path }
}

/** Whether `user@host` can be one: nothing that ssh would take for an option, or a shell for a command. */
export function isRemoteHost(host: string): boolean {
  return /^[A-Za-z0-9_][\w.-]*@[A-Za-z0-9_][\w.-]*$/.test(host)
}

/** `from` as it is written, one text or a list of them; members that are no text were told before. */
export function sourcesOf(from: string | readonly (string | undefined)[] | undefined): readonly string[] {
  if (from === undefined || typeof from === 'string') return from === undefined ? [] : [from]
  return from.filter((source) => source !== undefined)
}
