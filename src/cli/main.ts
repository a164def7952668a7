#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { engineFlags } from './engine-flags.js'
import { leave, watchOutput } from './output.js'

watchOutput()
engineFlags(process.versions.v8, process.argv[2] === 'fleet').forEach((flag) => setFlagsFromString(flag))

// The SDK warns on every start that its versions of next year want a newer Node; package.json pins one that does not.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

const { version, dependencies } = readPackage()
const argv = process.argv.slice(2)
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  // Answered before anything else is loaded.
  process.stdout.write(`${version}\n`)
  await leave(0)
} else {
  const { runProgram } = await import('./program.js')
  const docs = fileURLToPath(new URL('../../docs', import.meta.url))
  const sdk = Object.fromEntries(Object.entries(dependencies).filter(([name]) => name.startsWith('@aws-sdk/')))
  await leave(await runProgram(argv, { version, docs, commit: readCommit(), sdk }))
}

function readPackage(): { readonly version: string; readonly dependencies: Readonly<Record<string, string>> } {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return JSON.parse(text) as ReturnType<typeof readPackage>
}

/** What the build wrote down; nothing where it knew no commit. */
function readCommit(): string | undefined {
  try {
    const { commit } = JSON.parse(readFileSync(new URL('../build.json', import.meta.url), 'utf8')) as {
      commit?: string
    }
    return commit
  } catch {
    return undefined
  }
}
