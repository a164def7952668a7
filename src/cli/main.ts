#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { engineFlags } from './engine-flags.js'
import { loadBundle } from './start/load-bundle.js'
import { roomForYoungObjects } from './young-generation.js'

// Before anything is loaded: what V8 keeps of the program holds for these flags alone.
const goesOn = process.argv[2] === 'fleet'
const flags = engineFlags(process.versions.v8, goesOn)
if (flags.length > 0 && !goesOn) roomForYoungObjects(setFlagsFromString)
flags.forEach((flag) => setFlagsFromString(flag))

// The SDK warns on every start that its versions of next year want a newer Node; package.json pins one that does not.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

// The build puts the bundle there (scripts/bundle.mjs).
const bundle = fileURLToPath(new URL('./commands/start.cjs', import.meta.url))
const { start } = loadBundle(bundle) as typeof import('./start/start.js')
await start(process.argv.slice(2))
