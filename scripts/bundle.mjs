/**
 * Bundles the command line with what it depends on, each command in files of its own. Measured on `validate` and on a small
 * `plan`: more than a third of a start went into finding, reading and linking a thousand module files.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'

const outside = ['ssh2', 'hono', '@hono/node-server']

/** Replaces dist/cli by its bundle, and writes down the licences of what is in it. */
export async function bundleCommandLine(dist) {
  const program = await bundle(dist, { start: join(dist, 'cli', 'start', 'start.js') }, programOutput)
  const launcher = await bundle(dist, { main: join(dist, 'cli', 'main.js') }, launcherOutput)
  rmSync(join(dist, 'cli'), { recursive: true })
  renameSync(join(dist, 'bundle'), join(dist, 'cli'))
  const modules = [...program, ...launcher].flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
  writeFileSync(join(dist, 'cli', 'LICENSES.txt'), licencesOf(modules))
}

/**
 * CommonJS, which V8 can keep what it made of (src/cli/start/load-bundle.ts), as deep as dist/cli/commands: what a file finds by its
 * own place is found from here too.
 */
const programOutput = {
  format: 'cjs',
  // Code that V8 has kept has forgotten how to import.
  dynamicImportInCjs: false,
  entryFileNames: 'commands/[name].cjs',
  chunkFileNames: 'commands/[name]-[hash].cjs',
}

/** What starts the program, as modules: the file that is run, and the one that loads the rest and remembers what it has loaded. */
const launcherOutput = {
  format: 'esm',
  chunkFileNames: '[name].js',
  codeSplitting: { groups: [{ name: 'load-bundle', test: /\/cli\/start\// }] },
}

async function bundle(dist, input, output) {
  const build = await rolldown({
    input,
    platform: 'node',
    // ssh2 has a native half, and a page's framework is one command's alone: both stay outside, and are CommonJS too.
    external: (id) => outside.some((name) => id === name || id.startsWith(`${name}/`)),
    // Of ES modules what is used comes along; of the SDK's CommonJS all of EC2.
    resolve: { mainFields: ['module', 'main'], conditionNames: ['module', 'import', 'node'] },
    plugins: [daemonBesideItsClient(dist)],
  })
  const written = await build.write({ dir: join(dist, 'bundle'), ...output })
  await build.close()
  return written.output
}

/** The sandbox's client looks for the daemon beside its own file, which is not bundled. */
function daemonBesideItsClient(dist) {
  const client = join(dist, 'sandbox', 'daemon-client.js')
  return {
    name: 'daemon-beside-its-client',
    transform(code, id) {
      if (id !== client) return null
      if (!code.includes('import.meta.url')) throw new Error(`${client} does not look for the daemon beside itself`)
      return code.replaceAll('import.meta.url', "new URL('../../sandbox/daemon-client.js', import.meta.url)")
    },
  }
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
