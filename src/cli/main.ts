#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { leave, watchOutput } from './output.js'

watchOutput()

// The SDK warns on every start that its versions of next year want a newer Node; package.json pins one that does not.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

const argv = process.argv.slice(2)
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  // Answered before anything else is loaded.
  process.stdout.write(`${version()}\n`)
  await leave(0)
} else {
  const { runProgram } = await import('./program.js')
  const docs = fileURLToPath(new URL('../../docs', import.meta.url))
  await leave(await runProgram(argv, { version: version(), docs }))
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
