import { Command } from 'commander'
import { legibleJson } from '../../../report/legible.js'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'

const examples = `
Examples:
  evenkeel version                     the version alone, as \`evenkeel -V\` prints it
  evenkeel version --json              for a report of a mistake: what it was built from, and what it runs on and reads

Exit status: 0.`

export const versionCommand: CommandDefinition = (finish, { version, commit, sdk = {} }) =>
  new Command('version')
    .description('print the version of evenkeel')
    .option('--json', 'with what it was built from, what it runs on, and the formats that it reads')
    .addHelpText('after', examples)
    .action(async ({ json }: { readonly json?: boolean }) => {
      process.stdout.write(json === true ? await versionJson(version, commit, sdk) : `${version}\n`)
      finish(exitCodes.success)
    })

/** As schema/version.schema.json has it. */
async function versionJson(
  version: string,
  commit: string | undefined,
  sdk: Readonly<Record<string, string>>,
): Promise<string> {
  const [{ planFileFormat }, { ledgerFormat }] = await Promise.all([
    import('../../../app/saved-plan/plan-file.js'),
    import('../../../providers/ec2/kinds/launch-template/ledger-codec.js'),
  ])
  const document = {
    formatVersion: 1,
    version,
    commit: commit ?? null,
    node: process.versions.node,
    platform: process.platform,
    architecture: process.arch,
    sdk,
    reads: { stackFile: [1], planFile: [planFileFormat], ledger: [1, ledgerFormat] },
  }
  return `${legibleJson(document, 2)}\n`
}
