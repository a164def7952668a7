import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { layerNames, type LayerName } from './layers.js'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Import {
  /** As written, e.g. `../core/assert.js` or `node:fs`. */
  readonly specifier: string
  /** Path from the root of what a relative specifier names, with `.ts`; undefined for packages. */
  readonly path: string | undefined
  readonly typeOnly: boolean
}

export interface Module {
  /** Path from the root, with forward slashes. */
  readonly path: string
  /** Undefined for src/index.ts. */
  readonly layer: LayerName | undefined
  readonly text: string
  readonly lines: number
  readonly imports: readonly Import[]
}

/** Files below a directory, paths from the root, sorted; without what is generated or installed. */
export function filesBelow(directory: string, extension: string): readonly string[] {
  return readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension) && !entry.name.includes('.generated.'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** Every module of src/ that a person wrote. */
export function readModules(): readonly Module[] {
  return filesBelow('src', '.ts').map((path) => {
    const text = readText(path)
    const directory = path.split('/')[1]
    return {
      path,
      layer: layerNames.find((name) => name === directory),
      text,
      lines: text.split('\n').length - 1,
      imports: importsOf(path, text),
    }
  })
}

const staticImport = /^(?:import|export)\s+(type\s+)?(?:[\w*$\s{},]+?\s+from\s+)?'([^']+)'/gm
const dynamicImport = /\bimport\(\s*'([^']+)'\s*\)/g

/** What a module imports or re-exports, statically and by `import()`. Exported for its own test. */
export function importsOf(path: string, text: string): readonly Import[] {
  const code = text.replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gm, '')
  const found: Import[] = []
  const add = (specifier: string, typeOnly: boolean) => {
    const target = specifier.startsWith('.') ? posix.join(dirname(path), specifier).replace(/\.js$/, '.ts') : undefined
    found.push({ specifier, path: target, typeOnly })
  }
  for (const [statement, type, specifier = ''] of code.matchAll(staticImport)) {
    add(specifier, type !== undefined || onlyTypesInBraces(statement))
  }
  for (const match of code.matchAll(dynamicImport)) {
    // `typeof import('x')` and `import('x').Name` in type position cost nothing at run time.
    const before = code.slice(Math.max(0, match.index - 8), match.index)
    add(match[1] ?? '', before.endsWith('typeof '))
  }
  return found
}

/** `import { type A, type B } from …` */
function onlyTypesInBraces(statement: string): boolean {
  const braces = /^(?:import|export)\s*\{([^}]*)\}/.exec(statement)
  if (!braces) return false
  const names = (braces[1] ?? '').split(',').map((name) => name.trim())
  return names.filter((name) => name !== '').every((name) => name.startsWith('type '))
}
