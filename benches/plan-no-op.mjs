import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cli, evenkeel, withSandboxDirectory } from './support/cli.mjs'
import { median, runExpecting } from './support/measure.mjs'
import { stackOfServers } from './support/stack-text.mjs'
import { terraformNoOpPlan } from './support/terraform.mjs'

/** The goals are factors by the clock, in the same run; Terraform is waited for `patience` times as long as its goal asks. */
const usual = { servers: 1_000, terraformResources: 5_000, rounds: 5, plans: 5, goal: 15, goalMiB: 150, patience: 4 }
/** Making its world takes seventy thousand steps, and Terraform's plan so long that it is waited for only a little further than the goal tells. */
const large = {
  servers: 10_000,
  terraformResources: 50_000,
  rounds: 1,
  plans: 2,
  goal: 40,
  goalMiB: 500,
  patience: 1.25,
}

export const benchNoOpPlan = () => benchPlanOf('A whole plan that finds nothing to do', usual)
export const benchLargeNoOpPlan = () => benchPlanOf('A whole plan of a large stack that finds nothing to do', large)

/**
 * A whole `evenkeel plan` that finds nothing to do: the file is read, EC2 is asked through the SDK over HTTP, everything is
 * compared. Beside it, `terraform plan` of resources that need no API at all.
 */
async function benchPlanOf(title, size) {
  const { servers, terraformResources, rounds, plans } = size
  return withSandboxDirectory(async (sandboxDirectory) => {
    const file = join(sandboxDirectory, 'bench.yaml')
    writeFileSync(file, stackOfServers(servers))
    await evenkeel(['sandbox', 'up', '--hosts', 'none'], { sandboxDirectory })
    await evenkeel(['apply', file, '--yes', '--concurrency', '64'], { sandboxDirectory })
    const env = { ...process.env, EVENKEEL_SANDBOX_DIR: sandboxDirectory, NO_COLOR: '1' }
    const plan = () => runExpecting([0], process.execPath, [cli, 'plan', file, '--detailed-exitcode'], { env })
    // Not counted: the sandbox has answered nobody so far, and its processor time is on the same clock.
    for (let time = 0; time < plans; time += 1) await plan()
    const runs = { rested: [], evenkeel: [], terraform: [] }
    for (let round = 0; round < rounds; round += 1) {
      // Ours has rested for as long as Terraform takes, Terraform's only for as long as ours do: a row of its own.
      runs.rested.push(await plan())
      // As many as see the machine for a part of the time in which Terraform sees it.
      for (let time = 0; time < plans; time += 1) runs.evenkeel.push(await plan())
      const terraform = await terraformNoOpPlan(
        terraformResources,
        size.patience * size.goal * medianOf(runs.evenkeel, 'seconds'),
      )
      if (terraform) runs.terraform.push(terraform)
    }
    return { title, ...described(runs, size) }
  })
}

function described(runs, { servers, terraformResources, rounds, plans, goal, goalMiB }) {
  const number = (count) => count.toLocaleString('en')
  const rows = [
    row(`evenkeel plan, ${number(servers)} servers and ${number(2 * servers)} volumes`, runs.evenkeel),
    row('the one before it, after as long a rest as Terraform takes', runs.rested),
  ]
  let comparison = 'Terraform is not on this machine.'
  if (runs.terraform.length > 0) {
    const [{ version }] = runs.terraform
    const isCut = runs.terraform.some((run) => run.isCut)
    const ended = isCut ? ', ended before it was done' : ''
    rows.push(row(`terraform ${version} plan, ${number(terraformResources)} terraform_data${ended}`, runs.terraform))
    const ratio = (figure) => (medianOf(runs.terraform, figure) / medianOf(runs.evenkeel, figure)).toFixed(1)
    comparison = `evenkeel is ${isCut ? 'more than ' : ''}${ratio('seconds')} times as fast (goal: ${goal}), by processor time ${ratio('cpuSeconds')} times.`
  }
  return {
    text: `Through the SDK against the sandbox's API, hosts off: the file's work inside servers is planned, and told as not possible here. Medians of ${rounds} rounds of ${plans} plans of evenkeel and one of Terraform, after as many that nobody counts; the sandbox answers on the same processors, and its time counts in evenkeel's by the clock. ${comparison} Goal for memory: ${goalMiB} MiB.`,
    head: ['command', 's', 's of processor time', 'peak MiB'],
    rows,
  }
}

function row(name, runs) {
  return [
    name,
    medianOf(runs, 'seconds').toFixed(2),
    medianOf(runs, 'cpuSeconds').toFixed(2),
    medianOf(runs, 'peakRssMiB').toFixed(0),
  ]
}

function medianOf(runs, figure) {
  return median(runs.map((run) => run[figure]))
}
