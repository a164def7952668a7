/**
 * Bundles the command line with what it depends on, each command in files of its own. Measured on `validate` and on a small
 * `plan`: more than a third of a start went into finding, reading and linking a thousand module files.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'

const outside = [
  'ssh2',
  '@hpcc-js/wasm-graphviz',
  'bullmq',
  'ioredis',
  'rate-limiter-flexible',
  'hono',
  '@hono/node-server',
]

/** Replaces dist/cli by its bundle, and writes down the licences of what is in it. */
export async function bundleCommandLine(dist) {
  // ssh2 has a native half, Graphviz is a megabyte that few commands need, BullMQ and its
  // kind load their drivers by name, a page's framework is one command's alone, and the sandbox's client finds the daemon beside its
  // own file: all stay outside.
  const daemonClient = join(dist, 'sandbox', 'daemon-client.js')
  const isOutside = (id, importer) =>
    outside.some((name) => id === name || id.startsWith(`${name}/`)) ||
    (importer !== undefined && id.startsWith('.') && resolve(dirname(importer), id) === daemonClient)
  const bundle = await rolldown({
    input: join(dist, 'cli', 'main.js'),
    platform: 'node',
    external: isOutside,
    // Of ES modules what is used comes along; of the SDK's CommonJS all of EC2.
    resolve: { mainFields: ['module', 'main'], conditionNames: ['module', 'import', 'node'] },
  })
  const { output } = await bundle.write({
    dir: join(dist, 'bundle'),
    format: 'esm',
    // As deep as dist/cli/commands: what a file finds by its own place is found from here too.
    chunkFileNames: 'commands/[name]-[hash].js',
  })
  await bundle.close()
  rmSync(join(dist, 'cli'), { recursive: true })
  renameSync(join(dist, 'bundle'), join(dist, 'cli'))
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
  writeFileSync(join(dist, 'cli', 'LICENSES.txt'), licencesOf(modules))
}

/** The licence texts of the packages that these modules are from. */
function licencesOf(modules) {
  const directories = new Set(
    modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0] ?? []),
  )
  const sections = [...directories]
    .toSorted((left, right) => (left < right ? -1 : 1))
    .map((directory) => {
      const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
      const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry))
      const text = file === undefined ? '' : `\n${readFileSync(join(directory, file), 'utf8').trim()}\n`
      return `${name} ${version} (${license})\n${text}`
    })
  return `The files in this directory contain these packages.\n\n${sections.join('\n---\n\n')}`
}
