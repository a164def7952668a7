/**
 * A path of this machine that a base has written, from the directory of the file that was named. `directory` leads from there to
 * the base. Trailing slashes stay, since rsync minds them.
 */
export function localPathFrom(directory: string, written: string): string {
  if (directory === '' || written.startsWith('/') || written === '~' || written.startsWith('~/')) return written
  const parts: string[] = []
  for (const part of `${directory}/${written}`.split('/')) {
    if (part === '' || part === '.') continue
    const last = parts.at(-1)
    if (part === '..' && last !== undefined && last !== '..') parts.pop()
    else parts.push(part)
  }
  const path = parts[0] === '..' ? parts.join('/') : ['.', ...parts].join('/')
  return /(?:^|\/)\.?\.?$/.test(written) ? `${path}/` : path
}
