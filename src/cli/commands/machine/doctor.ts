import { Command } from 'commander'
import type { Finding } from '../../../app/machine/health.js'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { addStackOptions, stackFileOptions, type StackOptions } from '../../options.js'
import { forbidColor, useColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel doctor                      this machine: programs, directories, what the sandbox's hosts need
  evenkeel doctor staging.stack.yaml   and what the stack needs: keys, credentials, the clock, what EC2 lets be read
  evenkeel doctor stack.yaml --json

Nothing is changed, and no sandbox is started. No key and no credential is printed.

Exit status: 0 nothing is missing, also where there are warnings; 1 something is, or an error.`

interface DoctorOptions extends StackOptions {
  readonly json?: boolean
}

export const doctorCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('doctor'))
    .description('look for what is missing on this machine, and for a stack')
    .argument('[file]', 'stack file; left out: the machine alone')
    .option('--json', 'print it as JSON')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: DoctorOptions) => {
      if (!options.color) forbidColor()
      const [{ lookAtMachine, lookAtSandboxHosts }, { doctorJson, doctorText }] = await Promise.all([
        import('../../../app/machine/look-at-machine.js'),
        import('../../../report/doctor-text.js'),
      ])
      const ofMachine = await lookAtMachine()
      const rest = file === undefined ? lookAtSandboxHosts(options.sandboxDir) : await ofStack(file, options)
      const findings = [...ofMachine, ...rest]
      process.stdout.write(
        options.json === true ? doctorJson(findings) : doctorText(findings, useColor(process.stdout)),
      )
      finish(findings.some(({ level }) => level === 'missing') ? exitCodes.failure : exitCodes.success)
    })

async function ofStack(path: string, options: DoctorOptions): Promise<readonly Finding[]> {
  const [{ readStackFile }, { lookAtFile, lookAtSandbox, lookAtTarget }, { lookAtSandboxHosts }, { withSession }] =
    await Promise.all([
      import('../../../app/stack-file.js'),
      import('../../../app/machine/look-at-target.js'),
      import('../../../app/machine/look-at-machine.js'),
      import('../../with-session.js'),
    ])
  const file = readStackFile(path, stackFileOptions(options))
  const found = [...(await lookAtFile(file))]
  if (file.spec.target.kind === 'sandbox') {
    const { runs, finding } = await lookAtSandbox(options.sandboxDir)
    found.push(...lookAtSandboxHosts(options.sandboxDir), finding)
    if (!runs) return found
  }
  return [...found, ...(await withSession(path, options, lookAtTarget))]
}
