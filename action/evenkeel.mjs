import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { environmentForEvenkeel } from './inputs.mjs'
import { beginInert } from './runner.mjs'

/**
 * The evenkeel that the job asked for, installed where it is not. Its `run(args)` prints standard error as it comes, and resolves
 * with the exit status and both outputs, whatever the status is.
 */
export async function evenkeelOf({ version }) {
  const program = version === 'installed' ? 'evenkeel' : await install(version || versionBeside())
  return {
    run: (args) => execute(program, args, {}),
  }
}

/** Chosen: the action and the program that it was tried with. */
function versionBeside() {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
}

/** Below the runner's directory, so that no .npmrc of a checkout says where packages come from; without scripts of packages. */
async function install(version) {
  const directory = join(process.env['RUNNER_TEMP'] ?? '', 'evenkeel-program')
  mkdirSync(directory, { recursive: true })
  const words = ['install', '--prefix', directory, '--ignore-scripts', '--no-audit', '--no-fund', `evenkeel@${version}`]
  const { exitCode } = await execute('npm', words, { cwd: directory })
  if (exitCode !== 0) throw new Error(`npm could not install evenkeel@${version}`)
  return join(directory, 'node_modules', '.bin', 'evenkeel')
}

function execute(program, args, place) {
  return new Promise((resolve, reject) => {
    const env = environmentForEvenkeel(process.env)
    const child = spawn(program, args, { ...place, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const inert = beginInert()
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
      inert.print(text)
    })
    // A job that is cancelled gets Ctrl-C, and evenkeel finishes what writes.
    const pass = (signal) => child.kill(signal)
    const finish = () => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, pass)
      inert.end()
    }
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, pass)
    child.on('error', (error) => {
      finish()
      reject(new Error(`${program} cannot be run: ${error.message}`))
    })
    child.on('close', (code) => {
      finish()
      resolve({ exitCode: code ?? 130, stdout, stderr })
    })
  })
}
