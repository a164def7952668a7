import type { Command } from 'commander'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { useColor } from '../../terminal.js'
import { lookUp, lookUpCommand, type LookUpOptions } from './look-up.js'

const status = `
Exit status: 0, 1 on an error.`

export const zonesCommand: CommandDefinition = (finish) =>
  lookUpCommand('zones')
    .description('list the zones of a region, and whether the account has opted into them')
    .addHelpText(
      'after',
      `
Examples:
  evenkeel zones --target eu-central-1
  evenkeel zones --json | jq -r '.zones[] | select(.optIn != "not-opted-in").name'
${status}`,
    )
    .action(async (options: LookUpOptions) => {
      const { zonesJson, zonesText } = await import('../../../report/catalogue/places-text.js')
      const zones = await lookUp(options, (cloud) => cloud.listZones())
      process.stdout.write(options.json === true ? zonesJson(zones) : zonesText(zones, useColor(process.stdout)))
      finish(exitCodes.success)
    })

export const regionsCommand: CommandDefinition = (finish): Command =>
  lookUpCommand('regions')
    .description('list the regions, and whether the account has opted into them')
    .addHelpText(
      'after',
      `
Examples:
  evenkeel regions --profile ops
  evenkeel regions --target sandbox --json

Which regions there are is asked where the target is; whether the account has opted into one is the account's.
${status}`,
    )
    .action(async (options: LookUpOptions) => {
      const { regionsJson, regionsText } = await import('../../../report/catalogue/places-text.js')
      const [where, regions] = await lookUp(options, (cloud) => Promise.all([cloud.whereabouts(), cloud.listRegions()]))
      const text =
        options.json === true
          ? regionsJson(regions, where.region)
          : regionsText(regions, where.region, useColor(process.stdout))
      process.stdout.write(text)
      finish(exitCodes.success)
    })
