/**
 * A process of evenkeel's command line that stays: takes one command line after another, each with its own directory,
 * environment and streams, and runs dist/cli/main.js anew for it. What that loads stays loaded: loading it for each command
 * takes longer than most commands do.
 */
import { Readable, Writable } from 'node:stream'

const main = new URL('../../dist/cli/main.js', import.meta.url).href
const own = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, exit: process.exit }
let commands = 0

process.on('disconnect', () => own.exit.call(process))

process.on('message', (command) => void run(command))

async function run({ args, cwd, env }) {
  const printed = { stdout: [], stderr: [] }
  process.chdir(cwd)
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, env)
  process.argv = [process.execPath, main, ...args]
  commands += 1
  const exitCode = await new Promise((resolve) => {
    replace({
      stdin: Readable.from([]),
      stdout: collecting(printed.stdout),
      stderr: collecting(printed.stderr),
      exit(code = 0) {
        resolve(code)
        throw new Left()
      },
    })
    void begin(`${main}?${commands}`).then(resolve)
  })
  replace(own)
  process.send({ exitCode, stdout: textOf(printed.stdout), stderr: textOf(printed.stderr) })
}

/** What the test is told in place of an exit status when the program has failed to leave by one. */
async function begin(url) {
  try {
    await import(url)
    return 'the program did not leave'
  } catch (error) {
    return error instanceof Left ? 0 : String(error)
  }
}

/** In place of the end of the process. */
class Left extends Error {}

function replace(members) {
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(process, name, { value, configurable: true, enumerable: true, writable: true })
  }
}

function collecting(chunks) {
  return new Writable({
    write(chunk, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
}

function textOf(chunks) {
  return Buffer.concat(chunks).toString('utf8')
}
