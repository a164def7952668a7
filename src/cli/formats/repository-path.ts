import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** A file's path from the root of the git repository that it lies in, with slashes; from the working directory where there is none. */
export function repositoryPath(path: string): string {
  const absolute = resolve(path)
  const root = repositoryOf(dirname(absolute)) ?? process.cwd()
  return relative(root, absolute).replaceAll('\\', '/')
}

function repositoryOf(directory: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (dirname(at) === at) return undefined
  }
}
