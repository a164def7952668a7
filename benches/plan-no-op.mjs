import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cli, evenkeel, withSandboxDirectory } from './support/cli.mjs'
import { median, runExpecting } from './support/measure.mjs'
import { stackOfServers } from './support/stack-text.mjs'
import { terraformNoOpPlan } from './support/terraform.mjs'

const servers = 1_000
const terraformResources = 5_000
const rounds = 3

/**
 * A whole `evenkeel plan` that finds nothing to do: the file is read, EC2 is asked through the SDK over HTTP, everything is
 * compared. Beside it, `terraform plan` of resources that need no API at all.
 */
export async function benchNoOpPlan() {
  return withSandboxDirectory(async (sandboxDirectory) => {
    const file = join(sandboxDirectory, 'bench.yaml')
    writeFileSync(file, stackOfServers(servers))
    await evenkeel(['sandbox', 'up', '--hosts', 'none'], { sandboxDirectory })
    await evenkeel(['apply', file, '--yes', '--concurrency', '64'], { sandboxDirectory })
    const runs = { evenkeel: [], terraform: [] }
    for (let round = 0; round < rounds; round += 1) {
      const env = { ...process.env, EVENKEEL_SANDBOX_DIR: sandboxDirectory, NO_COLOR: '1' }
      runs.evenkeel.push(await runExpecting([0], process.execPath, [cli, 'plan', file, '--detailed-exitcode'], { env }))
      const terraform = await terraformNoOpPlan(terraformResources)
      if (terraform) runs.terraform.push(terraform)
    }
    return describe(runs)
  })
}

function describe(runs) {
  const rows = [
    row(
      `evenkeel plan, ${servers.toLocaleString('en')} servers and ${(2 * servers).toLocaleString('en')} volumes`,
      runs.evenkeel,
    ),
  ]
  let comparison = 'Terraform is not on this machine.'
  if (runs.terraform.length > 0) {
    const [{ version }] = runs.terraform
    rows.push(
      row(`terraform ${version} plan, ${terraformResources.toLocaleString('en')} terraform_data`, runs.terraform),
    )
    const ratio = median(runs.terraform.map(secondsOf)) / median(runs.evenkeel.map(secondsOf))
    comparison = `evenkeel is ${ratio.toFixed(1)} times as fast (goal: 5).`
  }
  return {
    title: 'A whole plan that finds nothing to do',
    text: `Through the SDK against the sandbox's API, hosts off. Medians of ${rounds} runs in turns. ${comparison}`,
    head: ['command', 's', 'peak MiB'],
    rows,
  }
}

function row(name, runs) {
  return [name, median(runs.map(secondsOf)).toFixed(2), median(runs.map(({ peakRssMiB }) => peakRssMiB)).toFixed(0)]
}

function secondsOf({ seconds }) {
  return seconds
}
