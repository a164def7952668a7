import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { leave, watchOutput } from '../output.js'

/** Runs the command line that the process was started with, and ends the process. */
export async function start(argv: readonly string[]): Promise<never> {
  watchOutput()
  const { version, dependencies } = readPackage()
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    // Answered before anything else is loaded.
    process.stdout.write(`${version}\n`)
    return leave(0)
  }
  const { runProgram } = await import('../program.js')
  const docs = fileURLToPath(new URL('../../../docs', import.meta.url))
  const sdk = Object.fromEntries(Object.entries(dependencies).filter(([name]) => name.startsWith('@aws-sdk/')))
  return leave(await runProgram(argv, { version, docs, commit: readCommit(), sdk }))
}

// What is found by its place here is found from the bundle's files, which lie as deep in dist/.

function readPackage(): { readonly version: string; readonly dependencies: Readonly<Record<string, string>> } {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  return JSON.parse(text) as ReturnType<typeof readPackage>
}

/** What the build wrote down; nothing where it knew no commit. */
function readCommit(): string | undefined {
  try {
    const { commit } = JSON.parse(readFileSync(new URL('../../build.json', import.meta.url), 'utf8')) as {
      commit?: string
    }
    return commit
  } catch {
    return undefined
  }
}
